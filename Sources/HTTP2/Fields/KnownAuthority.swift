import Bytes
import HTTPSemantics

/// The authority of the request before, taken apart: most requests of a connection have the same.
struct KnownAuthority: ~Copyable {
  // Without memory until there is one.
  private var octets = OutputBuffer(capacity: 0)
  private var parts: Authority?

  /// What `authority` consists of.
  mutating func parts(of authority: Span<UInt8>) throws(AuthorityError) -> Authority {
    if let parts, octets.span.equals(authority) { return parts }
    let parts = try Authority(authority)
    octets.removeAll()
    octets.append(authority)
    self.parts = parts
    return parts
  }

  /// Forgets it, and gives up its memory.
  mutating func releaseMemory() {
    parts = nil
    octets = OutputBuffer(capacity: 0)
  }
}
