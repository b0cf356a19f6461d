import Bytes
import EventLoop
import HTTP2
import HTTPSemantics

/// HTTP/2 on one client connection: each request is a stream, served by a task of its own.
///
/// It stays with its connection also while that is parked, since the compression state of its
/// fields has to be kept.
final class HTTP2Session: HTTP2Link {
  /// Streams may outlive it, and so do we; it lets go of us when it closes.
  private let connection: DownstreamConnection
  @Cell private(set) var listener: ListenerRuntime
  /// Of the address that its requests come from.
  let clientText: [UInt8]
  /// When the session gives up its task if nothing comes.
  @Cell private var parkAt: Instant
  @Cell private var shutdown = Shutdown.none
  /// Since when no stream has sent content, though some have wanted to; `.never` if that is not
  /// known.
  @Cell private var stalledSince = Instant.never
  /// The request that came by HTTP/1.1, until the client has shown that it speaks HTTP/2.
  @Cell private var upgraded: HTTP2RequestStream?

  /// Requests that are to be served once all that came with them has been dealt with: then most
  /// have their content here already, and need nobody who waits for it.
  private let begun = Slot([HTTP2RequestStream]())
  /// Whether it is one of the worker's idle connections that keep their tasks.
  @Cell private var keepsIdleTask = false

  private enum Shutdown {
    case none
    /// GOAWAY went out that lets streams in flight in; a pong or the time says that they have come.
    case announced(until: Instant)
    /// The last stream has been named.
    case final
  }

  /// How long streams may be under way after the first GOAWAY.
  private static let announcement = Interval.seconds(1)
  private static let parkAfter = Interval.seconds(1)
  /// Idle connections that keep their tasks, of those of the worker that do. Fewer than with
  /// HTTP/1.1: what serves requests are other tasks, which are kept by themselves.
  private static let idleTasksKept = WorkerState.idleTasksKept / 4
  /// Requests that begin in one turn, so that a burst of them does not own the worker.
  private static let startsPerTurn = 32
  private static let shutdownPing: UInt64 = 0x706F_7274_6963_6F00

  init(_ connection: DownstreamConnection, input: MessageInput, engine: consuming HTTP2Connection) {
    self.connection = connection
    listener = connection.listener
    clientText = Request.clientText(of: connection.peer)
    let now = connection.state.loop.now
    parkAt = now + Self.parkAfter
    super.init(
      connection.transport, state: connection.state, input: input, engine: engine,
      maxFrame: connection.listener.http2.maxFrame)
    connection.idleDeadline = now + connection.listener.http2.idleTimeout
    provideOutput()
    flushSoon()
  }

  var wasCut: Bool { connection.wasCut }

  override var writeIdleTimeout: Interval { listener.writeIdleTimeout }

  // MARK: Requests

  override func receivedRequest(_ slot: StreamSlot) {
    refreshListener()
    usesTask()
    let stream = state.takeRequestStream(for: listener)
    add(stream, at: slot)
    stream.beginRequest(on: self, connection)
    connection.phase = .serving
    connection.requests = connection.requests &+ 1
    state.statistics.requests += 1
    if connection.isRetiring { shutDown() }
    begun.value.append(stream)
  }

  override var hasBegunEnough: Bool { begun.value.count >= Self.startsPerTurn }

  override func startStreams() -> Bool {
    let isBurst = hasBegunEnough
    for index in begun.value.indices { begun.value[index].start() }
    begun.value.removeAll(keepingCapacity: true)
    return !isBurst
  }

  /// Takes the request that came by HTTP/1.1 as stream 1 (RFC 7540 §3.2).
  func adopt(_ request: Request) {
    guard let slot = engine.upgradedStream else { return }
    let stream = state.takeRequestStream(for: listener)
    add(stream, at: slot)
    stream.beginUpgradedRequest(request, on: self, connection)
    stream.receivedEnd()
    connection.phase = .serving
    upgraded = stream
  }

  override func receivedSettings() {
    upgraded?.start()
    upgraded = nil
  }

  private func refreshListener() {
    connection.refreshListener()
    if connection.listener !== listener { listener = connection.listener }
  }

  override func released() { settle() }

  override func flushed() { settle() }

  /// Whether no stream is open, and all that was said has gone out.
  var isQuiet: Bool { openStreams == 0 && engine.output.isEmpty }

  private func settle() {
    // Streams may outlive the connection.
    guard isQuiet, !isOver, !connection.isParked else { return }
    if connection.phase == .serving {
      connection.idleDeadline = state.loop.now + listener.http2.idleTimeout
      connection.phase = .idle
      keepTaskForAWhile()
    }
    switch shutdown {
    // The read loop waits, for longer than this if it was not quiet before.
    case .none: transport.reads.bringForward(to: idleDeadline())
    // It may wait for just this.
    case .announced, .final: transport.reads.signal()
    }
  }

  /// Idle from now on: it keeps its task for a moment, unless enough others do.
  private func keepTaskForAWhile() {
    guard state.idleTasks < Self.idleTasksKept else {
      parkAt = state.loop.now
      return
    }
    parkAt = state.loop.now + Self.parkAfter
    if !keepsIdleTask { state.idleTasks = state.idleTasks &+ 1 }
    keepsIdleTask = true
  }

  /// Its task is needed again, or ends.
  private func usesTask() {
    if keepsIdleTask { state.idleTasks = state.idleTasks &- 1 }
    keepsIdleTask = false
  }

  override func refused(_ reason: Reason) {
    state.refused(
      reason, listener: listener.name, client: String(decoding: clientText, as: UTF8.self))
  }

  // MARK: Idling and ending

  override func idleDeadline() -> Instant {
    if case .announced(let until) = shutdown { return until }
    guard isQuiet else { return .never }
    // Who still owes us something is not parked; a deadline that is over would have us turn in
    // circles.
    if engine.nextDeadline != nil { return connection.idleDeadline }
    return min(parkAt, connection.idleDeadline)
  }

  override func endIfIdle() -> End? {
    guard isQuiet else { return nil }
    if case .final = shutdown { return .finished }
    if connection.phase != .idle { connection.phase = .idle }
    if connection.isRetiring { shutDown() }
    return nil
  }

  override func deadlinePassed() -> End? {
    let now = state.loop.now
    if case .announced(let until) = shutdown, now >= until {
      nameLastStream()
      return endIfIdle()
    }
    guard isQuiet else { return nil }
    if now >= connection.idleDeadline { return .finished }
    guard now >= parkAt, case .none = shutdown, engine.nextDeadline == nil else { return nil }
    usesTask()
    releaseMemory()
    begun.value = []
    return .park
  }

  /// A stream has not sent anything since then, for want of window. The stream ends; a client that
  /// keeps all of them waiting may hold the connection, and what each new one makes us do, no
  /// longer either.
  func stalled(since began: Instant) {
    // Others get on.
    guard lastContentSent < began else { return }
    if stalledSince == .never || stalledSince <= lastContentSent { stalledSince = began }
    let timeout = listener.writeIdleTimeout
    guard state.loop.now >= stalledSince + timeout + timeout, case .none = shutdown else { return }
    refused(.connectionStalled)
    shutDown()
  }

  /// Ends it gracefully: streams that are open, and those on their way, are still served.
  func shutDown() {
    guard case .none = shutdown else { return }
    shutdown = .announced(until: state.loop.now + Self.announcement)
    engine.beginShutdown()
    engine.ping(Self.shutdownPing)
    flushSoon()
    // The read loop has a deadline now.
    transport.reads.signal()
  }

  override func receivedPong(_ data: UInt64) {
    if data == Self.shutdownPing { nameLastStream() }
  }

  private func nameLastStream() {
    guard case .announced = shutdown else { return }
    shutdown = .final
    engine.finishShutdown(.noError)
    flushSoon()
  }

  /// Tells the client that the connection ends, if that is still possible.
  func sayGoodbye() {
    usesTask()
    if !isOver {
      if case .final = shutdown {} else { engine.finishShutdown(.noError) }
      end()
    }
    // It was never served. The two hold each other.
    upgraded?.unbind()
    upgraded = nil
  }
}
