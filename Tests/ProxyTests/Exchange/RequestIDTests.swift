import Bytes
import Proxy
import Testing

@Suite("Request ids")
struct RequestIDTests {
  @Test("an id is 32 lower-case hexadecimal digits, and no two are equal")
  func made() {
    var source = RequestIDSource(seed: (1, 2, 3, 4))
    let ids = (0..<1_000).map { _ in written { source.write(into: &$0) } }
    #expect(Set(ids).count == ids.count)
    let digits = Set("0123456789abcdef")
    #expect(ids.allSatisfy { $0.count == 32 && Set($0).isSubset(of: digits) })
  }

  @Test("begins as the published xoshiro256++ does")
  func published() {
    var source = RequestIDSource(seed: (1, 2, 3, 4))
    // 41943041 and 58720359, the first two numbers for this state.
    #expect(written { source.write(into: &$0) } == "00000000028000010000000003800067")
  }

  @Test("a seed of zeros does not repeat itself")
  func zeroSeed() {
    var source = RequestIDSource(seed: (0, 0, 0, 0))
    #expect(written { source.write(into: &$0) } != written { source.write(into: &$0) })
  }

  struct Case: Sendable, CustomTestStringConvertible {
    let value: String
    let isAcceptable: Bool
    var testDescription: String { value.debugDescription }
  }

  static let cases: [Case] = [
    Case(value: "0123456789abcdef0123456789ABCDEF", isAcceptable: true),
    Case(value: "6f1c9f4e-5d0e-4b8b-9d3a-0e8f7c6b5a49", isAcceptable: true),
    Case(value: "Root=1-67891233-abcdef012345678912345678", isAcceptable: true),
    Case(value: "a", isAcceptable: true),
    Case(value: String(repeating: "a", count: 128), isAcceptable: true),
    Case(value: String(repeating: "a", count: 129), isAcceptable: false),
    Case(value: "", isAcceptable: false),
    Case(value: "a b", isAcceptable: false),
    Case(value: "a,b", isAcceptable: false),
    Case(value: "a;b", isAcceptable: false),
    Case(value: "a\"b", isAcceptable: false),
    Case(value: "a\\b", isAcceptable: false),
    Case(value: "a\tb", isAcceptable: false),
    Case(value: "a\r\nb", isAcceptable: false),
    Case(value: "a\u{7F}", isAcceptable: false),
    Case(value: "ä", isAcceptable: false),
    Case(value: "<script>", isAcceptable: false),
  ]

  @Test("a peer's id is kept only if it is short and harmless", arguments: cases)
  func acceptable(_ c: Case) {
    let isAcceptable = RequestID.isAcceptable(octets(c.value).span)
    #expect(isAcceptable == c.isAcceptable)
  }
}
