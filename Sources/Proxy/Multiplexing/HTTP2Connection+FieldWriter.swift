import Bytes
import HTTP2
import HTTPSemantics

/// As a field block, for HTTP/2: between `beginHead` and `endHead`.
extension HTTP2Connection: FieldWriter {
  static var joinsCookies: Bool { false }

  mutating func writeField(_ line: FieldLine, name: Span<UInt8>, value: Span<UInt8>) {
    encode(
      line.id, name: name, value: value, isNeverIndexed: line.isNeverIndexed,
      isRepeated: line.isRepeated)
  }

  mutating func writeField(_ id: FieldID, _ name: StaticString, value: Span<UInt8>) {
    encode(id, name: name.octets, value: value)
  }

  // A span of what a class keeps cannot be passed on; the buffer itself can.

  mutating func writeField(_ id: FieldID, _ name: StaticString, _ value: borrowing OutputBuffer) {
    encode(id, name: name.octets, value: value.span)
  }

  mutating func writeControlData(
    _ id: FieldID, _ value: borrowing OutputBuffer, repeats: Bool = false
  ) {
    encode(pseudo: id, value.span, repeats: repeats)
  }
}
