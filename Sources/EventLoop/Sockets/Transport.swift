public import Bytes
import CLinux
import Glibc

/// One stream connection, to a client or a backend: a non-blocking socket that belongs to one loop.
///
/// It is a concrete type so that every call is direct. Encryption is inside of it: reading and
/// writing meet the kernel, or TLS, in ``tryRead(into:from:)`` and ``tryWrite(_:_:)`` only, and
/// nobody above knows which.
///
/// One task may read and another write at the same time. Whoever is not the reader ends the
/// connection with ``shutDown()``; the reader closes it.
public final class Transport: EventSource {
  /// Where the reader waits.
  public let reads: WaitPoint
  /// Made when a write blocks for the first time: most connections never need it.
  private var blockedWrites: WaitPoint? {
    get { _blockedWrites.wrappedValue }
    set { _blockedWrites.wrappedValue = newValue }
  }
  private let _blockedWrites = Cell<WaitPoint?>(wrappedValue: nil)
  /// Where the writer waits.
  public var writes: WaitPoint {
    if let blockedWrites { return blockedWrites }
    let point = WaitPoint(on: loop)
    blockedWrites = point
    return point
  }

  /// What the loop has told of the socket, and how it is to be taken.
  private struct Flags: OptionSet {
    var rawValue: UInt8
    static let readable = Flags(rawValue: 1)
    static let writable = Flags(rawValue: 2)
    static let peerClosed = Flags(rawValue: 4)
    static let hungUp = Flags(rawValue: 8)
    static let allowsHalfClose = Flags(rawValue: 16)
    static let encrypted = Flags(rawValue: 32)
  }

  private let flags: Cell<Flags>

  private func set(_ flag: Flags, _ isSet: Bool) {
    let others = flags.wrappedValue.subtracting(flag)
    flags.wrappedValue = isSet ? others.union(flag) : others
  }

  /// Whether a read may find something: an edge has come that no read has drained.
  public internal(set) var isReadable: Bool {
    get { flags.wrappedValue.contains(.readable) }
    set { set(.readable, newValue) }
  }
  var isWritable: Bool {
    get { flags.wrappedValue.contains(.writable) }
    set { set(.writable, newValue) }
  }
  /// Whether the peer has closed its sending half, or the whole connection.
  public internal(set) var isPeerClosed: Bool {
    get { flags.wrappedValue.contains(.peerClosed) }
    set { set(.peerClosed, newValue) }
  }
  /// Whether the connection is over in both directions: the peer has reset it, or we ended it.
  public internal(set) var isHungUp: Bool {
    get { flags.wrappedValue.contains(.hungUp) }
    set { set(.hungUp, newValue) }
  }
  /// Whether a peer that has closed only its sending half counts as still there. Default: no.
  public var allowsHalfClose: Bool {
    get { flags.wrappedValue.contains(.allowsHalfClose) }
    set { set(.allowsHalfClose, newValue) }
  }

  /// Whether what is read and written is carried by TLS.
  public internal(set) var isEncrypted: Bool {
    get { flags.wrappedValue.contains(.encrypted) }
    set { set(.encrypted, newValue) }
  }
  var records: RecordLayer? {
    get { recordLayer.wrappedValue }
    set { recordLayer.wrappedValue = newValue }
  }
  private let recordLayer = Cell<RecordLayer?>(wrappedValue: nil)

  /// Aborted when the peer closes: the wait of an exchange that works for this peer.
  public var abortedByHangUp: WaitPoint? {
    get { hangUpWait.wrappedValue }
    set { hangUpWait.wrappedValue = newValue }
  }
  private let hangUpWait = Cell<WaitPoint?>(wrappedValue: nil)

  private var budget = TurnBudget()

  /// - Parameter descriptor: A connected, or connecting, non-blocking socket. It is owned from here.
  public init(descriptor: Int32, on loop: EventLoop, isConnecting: Bool = false) {
    reads = WaitPoint(on: loop)
    flags = Cell(wrappedValue: isConnecting ? [] : .writable)
    super.init(descriptor: descriptor, on: loop)
    loop.registerEdgeTriggered(self)
  }

  deinit { close() }

  public var isOpen: Bool { descriptor >= 0 }

  override func deliver(_ events: UInt32) {
    let gone = EPOLLHUP.rawValue | EPOLLERR.rawValue
    if events & (gone | EPOLLRDHUP.rawValue) != 0 {
      isPeerClosed = true
      if events & gone != 0 { isHungUp = true }
      if isHungUp || !allowsHalfClose { abortedByHangUp?.abort() }
    }
    if isEncrypted { noteCrossedWaits(events) }
    if events & ~EPOLLOUT.rawValue != 0 { becomeReadable() }
    if events & (gone | EPOLLOUT.rawValue) != 0 { becomeWritable() }
  }

  func becomeReadable() {
    isReadable = true
    reads.signal()
  }

  func becomeWritable() {
    isWritable = true
    blockedWrites?.signal()
  }

  // MARK: Reading

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
    if isReadable || isPeerClosed { return false }
    var octet: UInt8 = 0
    // Sound: one octet of a local variable; it is peeked at, not taken.
    let count = unsafe recv(descriptor, &octet, 1, Int32(MSG_PEEK | MSG_DONTWAIT))
    return count < 0 && errno == EAGAIN
  }

  // MARK: Writing

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

  // MARK: Ending

  /// Ends the sending half: the peer reads to the end of the stream.
  public func shutDownSending() {
    records?.sayEnd()
    if descriptor >= 0 { _ = shutdown(descriptor, Int32(SHUT_WR)) }
  }

  /// Ends both halves. The descriptor stays until the reader closes it.
  public func shutDown() {
    if descriptor >= 0 { _ = shutdown(descriptor, Int32(SHUT_RDWR)) }
  }

  /// Makes the close a reset, which a peer cannot take for a proper end.
  public func resetOnClose() {
    records?.abandon()
    var linger = Glibc.linger(l_onoff: 1, l_linger: 0)
    setSocketOption(descriptor, SOL_SOCKET, SO_LINGER, &linger)
  }

  /// Out of epoll first: a descriptor that a duplicate keeps open would go on delivering events to
  /// an object that may be gone.
  public func close() {
    guard descriptor >= 0 else { return }
    if isEncrypted { endEncryption() }
    loop.unregister(self)
    _ = Glibc.close(descriptor)
    descriptor = -1
    isReadable = false
  }
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
