import Bytes
import HTTPSemantics

/// The pseudo-header fields of a request (RFC 9113 §8.3.1, RFC 8441 §4).
struct RequestPseudoFields {
  private(set) var method: ByteRange?
  private(set) var scheme: ByteRange?
  private(set) var authority: ByteRange?
  private(set) var path: ByteRange?
  private(set) var connectProtocol: ByteRange?

  mutating func note(_ line: FieldLine) throws(StreamError) {
    switch line.id {
    case .methodPseudo: try set(&method, line)
    case .schemePseudo: try set(&scheme, line)
    case .authorityPseudo: try set(&authority, line)
    case .pathPseudo: try set(&path, line)
    case .protocolPseudo: try set(&connectProtocol, line)
    default: throw .misplacedPseudoField
    }
  }

  private func set(_ field: inout ByteRange?, _ line: FieldLine) throws(StreamError) {
    guard field == nil else { throw .duplicatePseudoField }
    field = line.value
  }

  /// Checks which of them there are, given what the method is.
  func checkPresence(
    _ method: Method, allowsConnectProtocol: Bool
  ) throws(StreamError) {
    if let connectProtocol {
      guard allowsConnectProtocol, method == .connect, !connectProtocol.isEmpty else {
        throw .invalidConnect
      }
      guard authority != nil else { throw .missingPseudoField }
    } else if method == .connect {
      guard path == nil, scheme == nil else { throw .invalidConnect }
      guard authority != nil else { throw .missingPseudoField }
      return
    }
    guard let path, let scheme, !path.isEmpty, !scheme.isEmpty else { throw .missingPseudoField }
  }
}
