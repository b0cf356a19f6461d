import Bytes

/// What a selector says of the first octets of a connection. `undecided` is honest: it never means
/// "probably".
enum Verdict: Equatable, Sendable { case match, reject, undecided }

/// One door to a protocol: recognises it by a connection's first octets.
enum ProtocolSelector: Equatable, Sendable {
  /// The connection preface of HTTP/2 (RFC 9113 §3.4), sent with prior knowledge.
  case http2Preface
  /// HTTP/1.x, which also answers whatever is no protocol at all.
  case http1

  private static let preface: StaticString = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"

  /// Judges what has arrived so far; the first octet that differs rejects.
  ///
  /// - Precondition: `prefix` is not empty.
  func judge(_ prefix: Span<UInt8>) -> Verdict {
    switch self {
    case .http1: return .match
    case .http2Preface:
      let length = Self.preface.utf8CodeUnitCount
      for index in 0..<min(prefix.count, length)
      where prefix[index] != Self.preface.octet(at: index) {
        return .reject
      }
      return prefix.count >= length ? .match : .undecided
    }
  }
}
