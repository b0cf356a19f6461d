public import Bytes
import Glibc

extension Transport {
  public enum WriteResult: Equatable, Sendable {
    /// How many octets were taken, 0 when the kernel has no room.
    case octets(Int)
    case failed(Int32)
  }

  /// Writes what can be taken of `head`, `body` and `tail` at once: a little is taken as a whole
  /// and sent at the end of the turn, more goes to the kernel in one system call.
  public func tryWrite(
    _ head: Span<UInt8>, _ body: Span<UInt8>, _ tail: Span<UInt8> = Span()
  ) -> WriteResult {
    guard isWritable else { return .octets(0) }
    let wanted = head.count &+ body.count &+ tail.count
    if wanted <= PostponedWrites.longest, !isEncrypted { return postpone(head, body, tail) }
    return tryWriteNow(head, body, tail)
  }

  /// As ``tryWrite(_:_:_:)``, but nothing waits for the end of the turn.
  private func tryWriteNow(
    _ head: Span<UInt8>, _ body: Span<UInt8>, _ tail: Span<UInt8>
  ) -> WriteResult {
    sendPostponed()
    guard isWritable else { return .octets(0) }
    guard !hasEndedWriting else { return .failed(EPIPE) }
    if isEncrypted { return encrypt(head, body, tail) }
    let wanted = head.count &+ body.count &+ tail.count
    let count = body.isEmpty && tail.isEmpty ? send(head) : gather(head, body, tail)
    guard count >= 0 || count == -Int(EAGAIN) else { return .failed(Int32(-count)) }
    if count < wanted { isWritable = false }
    if count > 0 { hasSentOctets = true }
    return .octets(max(0, count))
  }

  /// What became of a message that was to go out at once.
  public enum FlushResult {
    case complete
    /// So many octets have gone out.
    case partial(Int)
    case failed(Int32)
  }

  /// Sends what `output` holds, as far as the kernel takes it, without waiting for the end of the
  /// turn.
  public func flushNow(_ output: borrowing OutputBuffer) -> FlushResult {
    flushed(tryWriteNow(output.span, Span(), Span()), of: output.count)
  }

  /// Writes what `head` holds, `body`, and what `tail` holds, as far as it is taken at once.
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

  /// - Returns: Octets that the kernel took, or a negative `errno`.
  func send(_ octets: Span<UInt8>) -> Int {
    // Sound: the span is borrowed for the whole call, and the kernel only reads it.
    unsafe octets.withUnsafeBytes { octets in
      while true {
        let count = unsafe Glibc.send(
          descriptor, octets.baseAddress, octets.count, Int32(MSG_NOSIGNAL))
        if count >= 0 { return count }
        if errno != EINTR { return -Int(errno) }
      }
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
        ? tryWriteNow(head.extracting(written..<head.count), body, Span())
        : tryWriteNow(Span(), body.extracting((written - head.count)..<body.count), Span())
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

  /// Has the kernel hold back no more than `octets` that it has not sent: what is written later and
  /// is more urgent waits behind no more than those.
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
      while true {
        let count = unsafe sendmsg(descriptor, &message, Int32(MSG_NOSIGNAL))
        if count >= 0 { return count }
        if errno != EINTR { return -Int(errno) }
      }
    }
  }
}
