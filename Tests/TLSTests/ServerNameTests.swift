import Testing

@testable import TLS

@Suite("The name in a ClientHello, RFC 6066 §3")
struct ServerNameTests {
  struct Case: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let octets: [UInt8]
    let expected: Range<Int>?
  }

  static let proper: [UInt8] = [0, 6, 0, 0, 3, 0x61, 0x2E, 0x62]

  static let cases = [
    Case(testDescription: "a name", octets: proper, expected: 5..<8),
    Case(testDescription: "nothing", octets: [], expected: nil),
    Case(testDescription: "an empty list", octets: [0, 0], expected: nil),
    Case(testDescription: "an empty name", octets: [0, 3, 0, 0, 0], expected: nil),
    Case(testDescription: "another type", octets: [0, 4, 1, 0, 1, 0x61], expected: nil),
    Case(
      testDescription: "a list that is too long", octets: [0, 7, 0, 0, 3, 1, 2, 3], expected: nil),
    Case(
      testDescription: "a list that is too short", octets: [0, 5, 0, 0, 3, 1, 2, 3], expected: nil),
    Case(
      testDescription: "a name beyond the list", octets: [0, 6, 0, 0, 4, 1, 2, 3], expected: nil),
    Case(testDescription: "a huge name", octets: [0, 6, 0, 255, 255, 1, 2, 3], expected: nil),
  ]

  @Test("is found, or nothing is", arguments: cases)
  func finds(_ example: Case) {
    let found = ServerNameExtension.hostName(example.octets.span)
    #expect(found == example.expected)
  }

  @Test("is not found in what is cut")
  func refusesCuts() {
    for length in 0..<Self.proper.count {
      let cut = Array(Self.proper.prefix(length))
      let found = ServerNameExtension.hostName(cut.span)
      #expect(found == nil)
    }
  }
}

@Suite("Names of protocols, RFC 7301 §3.1")
struct ProtocolListTests {
  @Test("are encoded behind their lengths, or not at all")
  func encodes() {
    #expect(ProtocolList.encode(["h2", "x"]) == [2, 0x68, 0x32, 1, 0x78])
    #expect(ProtocolList.encode([]) == [])
    #expect(ProtocolList.encode([""]) == nil)
    #expect(ProtocolList.encode([String(repeating: "a", count: 256)]) == nil)
  }

  struct Case: CustomTestStringConvertible, Sendable {
    let theirs: [UInt8]
    let ours: [String]
    let expected: Range<Int>?
    var testDescription: String { "\(theirs) for \(ours)" }
  }

  static let cases = [
    Case(theirs: [1, 0x61, 1, 0x62], ours: ["b", "a"], expected: 3..<4),
    Case(theirs: [1, 0x61, 1, 0x62], ours: ["a", "b"], expected: 1..<2),
    Case(theirs: [1, 0x61], ours: ["b"], expected: nil),
    Case(theirs: [2, 0x61, 0x62], ours: ["a"], expected: nil),
    Case(theirs: [], ours: ["a"], expected: nil),
    // Beyond the end.
    Case(theirs: [9, 0x61], ours: ["a"], expected: nil),
    Case(theirs: [1, 0x62, 2, 0x61], ours: ["a"], expected: nil),
  ]

  @Test("are chosen by our order", arguments: cases)
  func chooses(_ example: Case) {
    let ours = example.ours.map { Array($0.utf8) }
    let chosen = ProtocolList.choose(from: example.theirs.span, byOrderOf: ours)
    #expect(chosen == example.expected)
  }
}
