import Addressing
import Testing

@testable import Names

private let question = MessageBuilder.pointer(12)
private func name(_ text: String) -> [UInt8] { MessageBuilder.name(text) }

/// A message, and what it says of a question for `type`.
struct AnswerCase: CustomTestStringConvertible, Sendable {
  let rule: String
  var type = RecordType.a
  /// Addresses, or `priority weight port target`; nil for an answer that is refused.
  let found: [String]?
  var seconds: UInt32 = 60
  var failure = NameFailure.malformedAnswer
  let message: [UInt8]

  var testDescription: String { rule }

  init(
    _ rule: String, type: RecordType = .a, _ found: [String]?, seconds: UInt32 = 60,
    failure: NameFailure = .malformedAnswer, flags: UInt16 = 0x8180, questions: UInt16 = 1,
    _ write: (inout MessageBuilder) -> Void
  ) {
    self.rule = rule
    self.type = type
    self.found = found
    self.seconds = seconds
    self.failure = failure
    var builder = MessageBuilder("Shop.Example", flags: flags, questions: questions)
    write(&builder)
    message = builder.octets
  }

  var expected: NameAnswer {
    guard let found else { return .failed(failure) }
    let records: NameAnswer.Records =
      type == .srv
      ? .services(
        found.map { text in
          let parts = text.split(separator: " ")
          return ServiceRecord(
            priority: UInt16(parts[0]) ?? 0, weight: UInt16(parts[1]) ?? 0,
            port: UInt16(parts[2]) ?? 0, target: String(parts[3]))
        }) : .addresses(found.compactMap { IPAddress($0) })
    return .records(records, secondsToLive: seconds)
  }
}

private let cases: [AnswerCase] = [
  .init("the addresses are those of the name, whatever its case", ["10.0.0.1", "10.0.0.2"]) {
    $0.a(question, [10, 0, 0, 1])
    $0.a(name("SHOP.example"), [10, 0, 0, 2])
    $0.a(name("other.example"), [10, 0, 0, 3])
  },
  .init("an IPv6 address has sixteen octets", type: .aaaa, ["fd00::1"]) {
    $0.record(question, type: 28, [0xFD] + [UInt8](repeating: 0, count: 14) + [1])
  },
  .init("the shortest life counts, that of aliases too", ["10.0.0.1"], seconds: 5) {
    $0.alias(question, to: name("a.example"), seconds: 5)
    $0.a(name("a.example"), [10, 0, 0, 1], seconds: 60)
  },
  .init("a life of more than 2^31 seconds is none", ["10.0.0.1"], seconds: 0) {
    $0.a(question, [10, 0, 0, 1], seconds: 0x8000_0000)
  },
  .init("aliases may follow what they lead to", ["10.0.0.1"]) {
    $0.a(name("b.example"), [10, 0, 0, 1])
    $0.alias(name("a.example"), to: name("b.example"))
    $0.alias(question, to: name("a.example"))
  },
  .init("records of other types and classes are passed over", ["10.0.0.1"]) {
    $0.record(question, type: 16, [3, 1, 2, 3])
    $0.record(question, type: 1, class: 3, [10, 0, 0, 9])
    $0.a(question, [10, 0, 0, 1])
    $0.record([0], type: 41, [])
  },
  .init("0.0.0.0, multicast and broadcast are nobody's", ["10.0.0.1"]) {
    $0.a(question, [0, 0, 0, 0])
    $0.a(question, [224, 0, 0, 1])
    $0.a(question, [255, 255, 255, 255])
    $0.a(question, [10, 0, 0, 1])
  },
  .init("an answer of addresses that are nobody's has none", nil, failure: .noRecords) {
    $0.a(question, [0, 0, 0, 0])
  },
  .init("neither are ::, link-local ones and IPv4 in IPv6", type: .aaaa, nil, failure: .noRecords) {
    $0.record(question, type: 28, [UInt8](repeating: 0, count: 16))
    $0.record(question, type: 28, [0xFE, 0x80] + [UInt8](repeating: 1, count: 14))
    $0.record(question, type: 28, [0xFF, 2] + [UInt8](repeating: 1, count: 14))
    $0.record(
      question, type: 28, [UInt8](repeating: 0, count: 10) + [0xFF, 0xFF, 10, 0, 0, 1])
  },
  .init("no answer is no record", nil, failure: .noRecords) { _ in },
  .init("an alias that leads to nothing has none", nil, failure: .noRecords) {
    $0.alias(question, to: name("a.example"))
  },
  .init(
    "services have a target, a port and a weight", type: .srv, ["1 2 80 a.example", "3 4 81 b"]
  ) {
    $0.service(question, 1, 2, 80, name("A.Example"))
    $0.service(question, 3, 4, 81, name("b"))
  },
  .init("a service's target may be compressed", type: .srv, ["0 0 80 shop.example"]) {
    $0.service(question, 0, 0, 80, question)
  },
  .init("the target . and the port 0 are no service", type: .srv, nil, failure: .noRecords) {
    $0.service(question, 0, 0, 80, [0])
    $0.service(question, 0, 0, 0, name("a.example"))
  },
  .init("a target that is no host name is refused", type: .srv, nil) {
    $0.service(question, 0, 0, 80, name("a b.example"))
  },
  .init("a target that looks like an address is refused", type: .srv, nil) {
    $0.service(question, 0, 0, 80, name("10.0.0.1"))
  },
  .init("a service record without a target is refused", type: .srv, nil) {
    $0.record(question, type: 33, [0, 0, 0, 0, 0, 80])
  },
  .init("an address of another length is refused", nil) { $0.a(question, [10, 0, 0]) },
  .init("an alias with something behind it is refused", nil) {
    $0.alias(question, to: name("a") + [0])
  },
  .init("a round of aliases is refused", nil) {
    $0.alias(question, to: name("a"))
    $0.alias(name("a"), to: question)
  },
  .init("a name that points to itself is refused", nil) {
    $0.a(MessageBuilder.pointer(UInt16($0.octets.count)), [10, 0, 0, 1])
  },
  .init("a name that points ahead is refused", nil) {
    $0.a(MessageBuilder.pointer(UInt16($0.octets.count) + 4), [10, 0, 0, 1])
  },
  .init("a label of an unknown kind is refused", nil) { $0.a([0x41, 0x41, 0], [10, 0, 0, 1]) },
  .init("a name of more than 255 octets is refused", nil) {
    $0.a(name(String(repeating: "abcdefghi.", count: 26)), [10, 0, 0, 1])
  },
  .init("data that is longer than the message is refused", nil) {
    $0.record(question, type: 1, [10, 0, 0, 1], length: 5)
  },
  .init("a question is no answer", nil, flags: 0x0100) { $0.a(question, [10, 0, 0, 1]) },
  .init("half an answer is none", nil, flags: 0x8380) { $0.a(question, [10, 0, 0, 1]) },
  .init("an error is none", nil, flags: 0x8183) { $0.a(question, [10, 0, 0, 1]) },
  .init("an answer to two questions is none", nil, questions: 2) { $0.a(question, [10, 0, 0, 1]) },
]

@Suite("Answers of name servers, RFC 1035 §4")
struct NameAnswerTests {
  @Test("are read as the rules have it", arguments: cases)
  func answer(_ test: AnswerCase) {
    #expect(NameAnswer(message: test.message.span, type: test.type) == test.expected)
  }

  @Test("are refused wherever they are cut", arguments: cases)
  func cut(_ test: AnswerCase) {
    guard test.found != nil else { return }
    for length in test.message.indices {
      let answer = NameAnswer(message: test.message.span.extracting(0..<length), type: test.type)
      #expect(answer == .failed(.malformedAnswer), "cut at \(length)")
    }
  }

  @Test("never trap, whichever octet is wrong", arguments: cases)
  func damaged(_ test: AnswerCase) {
    for index in test.message.indices {
      for octet: UInt8 in [0, 1, 0x3F, 0x7F, 0xC0, 0xFF] {
        var message = test.message
        message[index] = octet
        for type in RecordType.allCases {
          if case .records(.addresses(let addresses), _) = NameAnswer(
            message: message.span, type: type)
          {
            #expect(addresses.count <= 4)
          }
        }
      }
    }
  }

  @Test("may have as many records as a message can hold")
  func many() {
    var builder = MessageBuilder("a")
    for index in 0..<4000 {
      builder.a(question, [10, 0, UInt8(index >> 8), UInt8(index & 0xFF)])
    }
    guard
      case .records(.addresses(let addresses), 60) = NameAnswer(
        message: builder.octets.span, type: .a)
    else {
      Issue.record("no addresses")
      return
    }
    #expect(addresses.count == 4000)
  }
}
