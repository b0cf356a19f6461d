import Bytes
import HTTP1
import HTTPSemantics

/// Where a forwarder writes the fields of a head, whatever protocol it goes out by.
///
/// It is a constraint, never an existential: calls are direct.
protocol FieldWriter: ~Copyable {
  /// Whether a message may have only one `Cookie`.
  static var joinsCookies: Bool { get }
  /// Writes one field line. `name` may be in any case.
  mutating func writeField(_ line: FieldLine, name: Span<UInt8>, value: Span<UInt8>)
  /// Writes a field of ours.
  mutating func writeField(_ id: FieldID, _ name: StaticString, value: Span<UInt8>)
}

extension FieldWriter where Self: ~Copyable {
  mutating func writeField(_ id: FieldID, _ name: StaticString, _ value: StaticString) {
    writeField(id, name, value: value.octets)
  }
}

/// As text, for HTTP/1.1.
extension OutputBuffer: FieldWriter {
  static var joinsCookies: Bool { true }

  mutating func writeField(_ line: FieldLine, name: Span<UInt8>, value: Span<UInt8>) {
    appendField(name: name, value: value)
  }

  mutating func writeField(_ id: FieldID, _ name: StaticString, value: Span<UInt8>) {
    appendField(name, value: value)
  }
}
