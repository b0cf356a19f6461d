public import Bytes

extension HTTP2Connection {
  /// Reads on, to the next event.
  ///
  /// To be called until it says ``Event/needMoreOctets``. What is then left of the input, a frame that
  /// is not whole, has to come again with more behind it: 16 393 octets at most. DATA frames are given
  /// in parts as they come.
  ///
  /// - Parameters:
  ///   - input: What was received. Offsets in events count in it.
  ///   - position: How much of it has been used; moved.
  ///   - now: Microseconds.
  /// - Throws: What the connection ends by: to be handed to ``close(_:)``. It is thrown again by
  ///   every later call.
  public mutating func receive(
    _ input: Span<UInt8>, at position: inout Int, now: Int64
  ) throws(ConnectionError) -> Event {
    if let failure { throw failure }
    do throws(ConnectionError) {
      return try nextEvent(input, at: &position, now: now)
    } catch {
      failure = error
      throw error
    }
  }
}
