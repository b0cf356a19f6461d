import Bytes
import HTTPSemantics

/// The names of the pseudo-header fields (RFC 9113 §8.3, RFC 8441 §4).
enum PseudoField {
  /// All the names in one piece: ``range(of:)`` says where each one is.
  static let names = Array(":authority:method:path:protocol:scheme:status".utf8)

  static func range(of id: FieldID) -> Range<Int> {
    switch id {
    case .authorityPseudo: 0..<10
    case .methodPseudo: 10..<17
    case .pathPseudo: 17..<22
    case .protocolPseudo: 22..<31
    case .schemePseudo: 31..<38
    case .statusPseudo: 38..<45
    default: preconditionFailure("not a pseudo-header field")
    }
  }

  /// What a name that begins with a colon stands for; ``FieldID/other`` for unknown ones.
  static func id(of name: Span<UInt8>) -> FieldID {
    if name.equals(":method") { return .methodPseudo }
    if name.equals(":scheme") { return .schemePseudo }
    if name.equals(":authority") { return .authorityPseudo }
    if name.equals(":path") { return .pathPseudo }
    if name.equals(":status") { return .statusPseudo }
    if name.equals(":protocol") { return .protocolPseudo }
    return .other
  }
}
