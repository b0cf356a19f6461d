import Bytes
import Testing

@Suite("Byte sets")
struct ByteSetTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    let set: ByteSet
    let members: Set<UInt8>
    var testDescription: String { name }
  }

  static let alphanumeric = Array(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789".utf8)

  static let cases = [
    Case(
      name: "tchar, RFC 9110 §5.6.2", set: .token,
      members: Set(alphanumeric + Array("!#$%&'*+-.^_`|~".utf8))),
    Case(
      name: "unreserved, RFC 3986 §2.3", set: .unreserved,
      members: Set(alphanumeric + Array("-._~".utf8))),
    Case(
      name: "HEXDIG of either case", set: .hexDigit,
      members: Set(Array("0123456789abcdefABCDEF".utf8))),
    Case(
      name: "field value, RFC 9110 §5.5", set: .fieldValue,
      members: Set([0x09] + Array(0x20...0x7E) + Array(0x80...0xFF))),
    Case(
      name: "qdtext, RFC 9110 §5.6.4", set: .quotedText,
      members: Set(
        [0x09, 0x20, 0x21] + Array(0x23...0x5B) + Array(0x5D...0x7E) + Array(0x80...0xFF))
    ),
  ]

  @Test("hold exactly the octets of their grammar", arguments: cases)
  func members(_ c: Case) {
    for byte in UInt8.min...UInt8.max {
      #expect(c.set.contains(byte) == c.members.contains(byte), "octet \(byte)")
    }
  }
}
