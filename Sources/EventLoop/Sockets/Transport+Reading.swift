public import Bytes
import Glibc

extension Transport {
  public enum ReadResult: Equatable, Sendable {
    case octets(Int)
    case endOfStream
    case wouldBlock
    case failed(Int32)
  }

  /// Reads what is there into `buffer`, from `offset` on.
  ///
  /// - Precondition: There is room after `offset`.
  public func tryRead(into buffer: ByteBuffer, from offset: Int) -> ReadResult {
    guard isReadable else { return .wouldBlock }
    let room = buffer.capacity - offset
    precondition(offset >= 0 && room > 0)
    if isEncrypted { return decrypt(into: buffer, from: offset) }
    while true {
      // Sound: the kernel writes at most `room` octets, which the buffer has after `offset`.
      let count = unsafe buffer.withUnsafeMutableBytes {
        unsafe recv(descriptor, $0.baseAddress?.advanced(by: offset), room, 0)
      }
      if count > 0 {
        // A short read drained the socket, and an edge will announce more: spares the EAGAIN call.
        // Not so once the peer has closed: its FIN came with the same edge, and no other follows.
        if count < room && !isPeerClosed { isReadable = false }
        return .octets(count)
      }
      if count == 0 { return .endOfStream }
      switch errno {
      case EAGAIN:
        isReadable = false
        return .wouldBlock
      case EINTR: continue
      default: return .failed(errno)
      }
    }
  }

  /// Reads at least one octet into `buffer`, from `offset` on, and waits for it if need be.
  ///
  /// - Returns: The octets read; 0 at the end of the stream.
  public func read(
    into buffer: ByteBuffer, from offset: Int, until deadline: Instant
  ) async throws(TransportError) -> Int {
    while true {
      switch tryRead(into: buffer, from: offset) {
      case .octets(let count):
        if budget.isSpent(by: count, in: loop.turn) { await loop.yieldTurn() }
        return count
      case .endOfStream: return 0
      case .failed(let code): throw .broken(code)
      case .wouldBlock: try await waitUntilReadable(until: deadline)
      }
    }
  }

  /// Waits until a read may find something.
  public func waitUntilReadable(until deadline: Instant) async throws(TransportError) {
    while !isReadable {
      switch await reads.wait(until: deadline) {
      case .ready: break
      case .deadline: throw .timedOut
      case .aborted: throw .aborted
      }
    }
  }

  /// Whether an idle connection can be used: nothing has come, neither octets nor an end.
  ///
  /// Asks the kernel, which may know more than the last turn of the loop has told.
  public func isQuiet() -> Bool {
    if isEncrypted { return isQuietBeneath() }
    if isReadable || isPeerClosed || backlog != nil { return false }
    var octet: UInt8 = 0
    // Sound: one octet of a local variable; it is peeked at, not taken.
    let count = unsafe recv(descriptor, &octet, 1, Int32(MSG_PEEK | MSG_DONTWAIT))
    return count < 0 && errno == EAGAIN
  }
}
