import Bytes
import Glibc

// Small writes are taken at once and sent at the end of the turn, with those of all others. What
// the kernel does not take then, the transport keeps, and is not writable until it is gone.
extension Transport {
  /// Takes the three as written.
  ///
  /// - Precondition: They are no more than ``PostponedWrites/longest`` octets.
  func postpone(_ head: Span<UInt8>, _ body: Span<UInt8>, _ tail: Span<UInt8>) -> WriteResult {
    let writes = loop.postponedWrites
    let count = head.count &+ body.count &+ tail.count
    if count == 0 { return .octets(0) }
    if !writes.hasRoom(for: count) {
      writes.sendAll()
    } else if postponed >= 0, !writes.isLast(Int(postponed)) {
      sendPostponed()
    }
    // What went out just now may have filled the socket, or found it dead.
    guard isWritable else { return .octets(0) }
    guard !hasEndedWriting else { return .failed(EPIPE) }
    let index = postponed >= 0 ? Int(postponed) : nil
    postponed = Int32(truncatingIfNeeded: writes.append(head, body, tail, of: self, to: index))
    return .octets(count)
  }

  /// Sends now what was postponed.
  func sendPostponed() {
    if postponed >= 0 { loop.postponedWrites.sendNow(Int(postponed)) }
  }

  /// Sends what was postponed, which stands at `range` of `buffer`, as far as the kernel takes it.
  func sendPostponed(_ range: Range<Int>, of buffer: ByteBuffer) {
    postponed = -1
    let octets = buffer.span.extracting(range)
    let count = send(octets)
    if count == octets.count {
      hasSentOctets = true
    } else if count >= 0 || count == -Int(EAGAIN) {
      if count > 0 { hasSentOctets = true }
      isWritable = false
      backlog = Backlog(octets.extracting(max(0, count)..<octets.count))
    } else {
      // Whoever reads learns of it from the socket, whoever writes from the next write.
      hasEndedWriting = true
    }
  }

  /// The kernel has room again, or gives the connection up.
  ///
  /// - Returns: Whether nothing is left, so that others may write.
  func sendBacklog() -> Bool {
    guard let backlog else { return true }
    let count = backlog.send(to: self)
    if count > 0 { hasSentOctets = true }
    if count < 0, count != -Int(EAGAIN) {
      hasEndedWriting = true
    } else if backlog.count > 0 {
      return false
    }
    self.backlog = nil
    if endsAfterBacklog { _ = shutdown(descriptor, Int32(SHUT_WR)) }
    return true
  }

  /// Waits until the kernel has everything that was written: before a close, which does not wait.
  ///
  /// - Parameter stall: How long the peer may take nothing at all.
  public func finishWriting(stall: Interval) async throws(TransportError) {
    sendPostponed()
    while let backlog {
      let left = backlog.count
      do throws(TransportError) {
        try await waitUntilWritable(until: loop.now + stall)
      } catch {
        if error == .timedOut, backlog.count < left { continue }
        throw error
      }
    }
  }

  /// Whether a peer that reads slowly has left something that was written.
  public var hasBacklog: Bool { backlog != nil }

  /// Whether any octet of what was written since ``beginMessage()`` has, or may have, gone out.
  public var mayHaveSent: Bool { hasSentOctets || postponed >= 0 }

  /// Has ``mayHaveSent`` speak of what is written from now on.
  public func beginMessage() { if hasSentOctets { hasSentOctets = false } }
}
