public import Bytes
import Glibc

extension Transport {
  public enum WriteResult: Equatable, Sendable {
    /// How many octets the kernel took, 0 when it has no room.
    case octets(Int)
    case failed(Int32)
  }

  /// Writes what the kernel takes of `head`, `body` and `tail` at once, in one system call.
  public func tryWrite(
    _ head: Span<UInt8>, _ body: Span<UInt8>, _ tail: Span<UInt8> = Span()
  ) -> WriteResult {
    guard isWritable else { return .octets(0) }
    if isEncrypted { return encrypt(head, body, tail) }
    let wanted = head.count &+ body.count &+ tail.count
    while true {
      let count = body.isEmpty && tail.isEmpty ? send(head) : gather(head, body, tail)
      if count >= 0 {
        if count < wanted { isWritable = false }
        return .octets(count)
      }
      switch errno {
      case EAGAIN:
        isWritable = false
        return .octets(0)
      case EINTR: continue
      default: return .failed(errno)
      }
    }
  }

  /// What became of a message that was to go out at once.
  public enum FlushResult {
    case complete
    /// So many octets have gone out.
    case partial(Int)
    case failed(Int32)
  }

  /// Writes what `head` holds and then `body`, as far as the kernel takes it at once.
  public func flush(_ head: borrowing OutputBuffer, _ body: Span<UInt8>) -> FlushResult {
    flushed(tryWrite(head.span, body), of: head.count &+ body.count)
  }

  /// As ``flush(_:_:)``, and then what `tail` holds.
  public func flush(
    _ head: borrowing OutputBuffer, _ body: Span<UInt8>, _ tail: borrowing OutputBuffer
  ) -> FlushResult {
    flushed(
      tryWrite(head.span, body, tail.span), of: head.count &+ body.count &+ tail.count)
  }

  private func flushed(_ result: WriteResult, of total: Int) -> FlushResult {
    switch result {
    case .octets(total): .complete
    case .octets(let count): .partial(count)
    case .failed(let code): .failed(code)
    }
  }

  private func send(_ octets: Span<UInt8>) -> Int {
    // Sound: the span is borrowed for the whole call, and the kernel only reads it.
    unsafe octets.withUnsafeBytes {
      unsafe Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
    }
  }

  private func gather(_ head: Span<UInt8>, _ body: Span<UInt8>, _ tail: Span<UInt8>) -> Int {
    let descriptor = self.descriptor
    // Sound: the spans are borrowed for the whole call, and the kernel only reads them.
    return unsafe head.withUnsafeBytes { head in
      unsafe body.withUnsafeBytes { body in
        unsafe tail.withUnsafeBytes { tail in
          unsafe sendPieces(descriptor, head, body, tail)
        }
      }
    }
  }

  /// Writes all of `head` and `body`, and waits for room as often as need be.
  ///
  /// - Parameter stall: How long the peer may take nothing at all.
  public func write(
    _ head: Span<UInt8>, _ body: Span<UInt8>, stall: Interval
  ) async throws(TransportError) {
    var written = 0
    let total = head.count + body.count
    while true {
      let result =
        written < head.count
        ? tryWrite(head.extracting(written..<head.count), body)
        : tryWrite(Span(), body.extracting((written - head.count)..<body.count))
      switch result {
      case .failed(let code): throw .broken(code)
      case .octets(let count):
        written += count
        if written == total {
          if budget.isSpent(by: count, in: loop.turn) { await loop.yieldTurn() }
          return
        }
        try await waitUntilWritable(until: loop.now + stall)
      }
    }
  }

  /// Counts octets that were written, and waits for the next turn if this one has had enough.
  public func yieldIfSpent(_ count: Int) async {
    if budget.isSpent(by: count, in: loop.turn) { await loop.yieldTurn() }
  }

  /// Waits until the kernel takes octets again.
  public func waitUntilWritable(until deadline: Instant) async throws(TransportError) {
    while !isWritable {
      switch await writes.wait(until: deadline) {
      case .ready: break
      case .deadline: throw .timedOut
      case .aborted: throw .aborted
      }
    }
  }

  /// Has the kernel hold back no more than `octets` that it has not sent: what is written later and is
  /// more urgent waits behind no more than those.
  public func limitUnsent(to octets: Int32) {
    setSocketOption(descriptor, Int32(IPPROTO_TCP), TCP_NOTSENT_LOWAT, octets)
  }

  /// Aborts who waits to write.
  public func abortWrites() { blockedWrites?.abort() }
}

private func sendPieces(
  _ descriptor: Int32, _ head: UnsafeRawBufferPointer, _ body: UnsafeRawBufferPointer,
  _ tail: UnsafeRawBufferPointer
) -> Int {
  func piece(_ octets: UnsafeRawBufferPointer) -> iovec {
    unsafe iovec(
      iov_base: UnsafeMutableRawPointer(mutating: octets.baseAddress), iov_len: octets.count)
  }
  var pieces = unsafe (piece(head), piece(body), piece(tail))
  return unsafe withUnsafeMutablePointer(to: &pieces) { pieces in
    unsafe pieces.withMemoryRebound(to: iovec.self, capacity: 3) { pieces in
      var message = unsafe msghdr()
      unsafe message.msg_iov = pieces
      unsafe message.msg_iovlen = 3
      return unsafe sendmsg(descriptor, &message, Int32(MSG_NOSIGNAL))
    }
  }
}
