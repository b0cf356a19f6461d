import Bytes
import CLinux
import Glibc

/// One stream connection, to a client or a backend: a non-blocking socket that belongs to one loop.
///
/// It is a concrete type so that every call is direct. Encryption is inside of it: reading and
/// writing meet the kernel, or TLS, in ``tryRead(into:from:)`` and ``tryWrite(_:_:_:)`` only, and
/// nobody above knows which.
///
/// One task may read and another write at the same time. Whoever is not the reader ends the
/// connection with ``shutDown()``; the reader closes it.
public final class Transport: EventSource {
  /// Where the reader waits.
  public let reads: WaitPoint
  /// Made when a write blocks for the first time: most connections never need it.
  var blockedWrites: WaitPoint? {
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
    var rawValue: UInt16
    static let readable = Flags(rawValue: 1)
    static let writable = Flags(rawValue: 2)
    static let peerClosed = Flags(rawValue: 4)
    static let hungUp = Flags(rawValue: 8)
    static let allowsHalfClose = Flags(rawValue: 16)
    static let encrypted = Flags(rawValue: 32)
    static let sentOctets = Flags(rawValue: 64)
    static let endedWriting = Flags(rawValue: 128)
    static let endsAfterBacklog = Flags(rawValue: 256)
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
  /// Whether the kernel has taken an octet since ``beginMessage()``.
  var hasSentOctets: Bool {
    get { flags.wrappedValue.contains(.sentOctets) }
    set { set(.sentOctets, newValue) }
  }
  /// Whether nothing can be written any more: our half has ended, or the kernel has refused what a
  /// writer was told is written.
  var hasEndedWriting: Bool {
    get { flags.wrappedValue.contains(.endedWriting) }
    set { set(.endedWriting, newValue) }
  }
  /// Whether the sending half ends once the backlog is gone.
  var endsAfterBacklog: Bool {
    get { flags.wrappedValue.contains(.endsAfterBacklog) }
    set { set(.endsAfterBacklog, newValue) }
  }
  /// Where in the loop's ``PostponedWrites`` its own stand; negative if nowhere.
  @Cell var postponed: Int32 = -1
  /// What the kernel did not take of what was postponed. While it is there, nobody can write.
  @Cell var backlog: Backlog?
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

  /// From now on a hang-up aborts nobody.
  public func stopAborting() {
    // Usually so already; to look costs less than to replace.
    if abortedByHangUp != nil { abortedByHangUp = nil }
  }

  var budget = TurnBudget()

  /// - Parameters:
  ///   - descriptor: A connected, or connecting, non-blocking socket. It is owned from here.
  ///   - isInitiated: Whether we opened the connection, rather than the peer.
  ///   - isConnecting: Whether it is not open yet.
  public init(
    descriptor: Int32, on loop: EventLoop, isInitiated: Bool = false, isConnecting: Bool = false
  ) {
    reads = WaitPoint(on: loop)
    flags = Cell(wrappedValue: isConnecting ? [] : .writable)
    super.init(descriptor: descriptor, on: loop, isInitiated: isInitiated)
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

  /// As if the peer had reset the connection: whoever uses it learns of it at once, and does not
  /// wait for what never comes.
  override func cannotBeWatched() {
    shutDown()
    deliver(EPOLLIN.rawValue | EPOLLHUP.rawValue)
  }

  func becomeReadable() {
    isReadable = true
    reads.signal()
  }

  func becomeWritable() {
    guard sendBacklog() else { return }
    isWritable = true
    blockedWrites?.signal()
  }

  // MARK: Ending

  /// Ends the sending half: the peer reads to the end of the stream.
  public func shutDownSending() {
    records?.sayEnd()
    sendPostponed()
    hasEndedWriting = true
    if backlog != nil {
      endsAfterBacklog = true
    } else if descriptor >= 0 {
      _ = shutdown(descriptor, Int32(SHUT_WR))
    }
  }

  /// Ends both halves. The descriptor stays until the reader closes it.
  public func shutDown() {
    sendPostponed()
    hasEndedWriting = true
    if descriptor >= 0 { _ = shutdown(descriptor, Int32(SHUT_RDWR)) }
  }

  /// Makes the close a reset, which a peer cannot take for a proper end.
  public func resetOnClose() {
    records?.abandon()
    var linger = Glibc.linger(l_onoff: 1, l_linger: 0)
    setSocketOption(descriptor, SOL_SOCKET, SO_LINGER, &linger)
  }

  /// Closes the descriptor. What the kernel has not taken by then is lost:
  /// ``finishWriting(stall:)``.
  ///
  /// Out of epoll first: a descriptor that a duplicate keeps open would go on delivering events to
  /// an object that may be gone.
  public func close() {
    guard descriptor >= 0 else { return }
    if isEncrypted { endEncryption() }
    sendPostponed()
    hasEndedWriting = true
    loop.unregister(self)
    _ = Glibc.close(descriptor)
    descriptor = -1
    isReadable = false
  }
}
