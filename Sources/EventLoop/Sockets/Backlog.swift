import Bytes

/// Octets that a transport took from its writer and the kernel did not take from the transport.
///
/// There is one only for a peer that reads too slowly; it holds no more than a turn's small writes.
final class Backlog {
  private let octets: ByteBuffer
  @Cell private var sent = 0

  init(_ octets: Span<UInt8>) {
    self.octets = ByteBuffer(capacity: octets.count)
    self.octets.copy(octets)
  }

  /// Octets that are left.
  var count: Int { octets.capacity &- sent }

  /// Sends what the kernel takes of what is left.
  ///
  /// - Returns: How many octets that were, or a negative `errno`.
  func send(to transport: Transport) -> Int {
    let octets = self.octets
    let count = transport.send(octets.span.extracting(sent..<octets.capacity))
    if count > 0 { sent &+= count }
    return count
  }
}
