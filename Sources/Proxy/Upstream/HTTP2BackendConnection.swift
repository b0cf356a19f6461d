import Bytes
import EventLoop
import HTTP2
import HTTPSemantics

/// One HTTP/2 connection to a backend, shared by the requests of a worker: each is a stream of it.
final class HTTP2BackendConnection: HTTP2Link {
  let pool: ConnectionPool
  private let plan: BackendHTTP2Plan
  private let openedAt: Instant
  /// Streams that were opened on it.
  @Cell private(set) var exchanges = 0
  /// Whether it takes no further streams.
  @Cell private(set) var isLeaving = false
  /// Whether the backend has said how many streams it takes. Until then it gets one: a server that
  /// takes few may reset the others in a way that forbids another try.
  @Cell private(set) var hasSettings = false
  @Cell private var idleSince: Instant
  /// When a PING has to be answered; `.never` while none is under way.
  @Cell private var pongDeadline = Instant.never

  init(_ transport: Transport, pool: ConnectionPool, state: WorkerState, plan: BackendHTTP2Plan) {
    self.pool = pool
    self.plan = plan
    let now = state.loop.now
    openedAt = now
    idleSince = now
    super.init(
      transport, state: state, input: MessageInput(transport, buffers: state.buffers),
      engine: plan.engine(at: now), maxFrame: plan.maxFrame)
  }

  /// Reads until it ends. It keeps its task also while it is idle: there are few of its kind.
  func run() async {
    provideOutput()
    flushSoon()
    _ = await read()
    isLeaving = true
    end()
    input.release()
    transport.close()
    pool.removed(self)
  }

  override var writeIdleTimeout: Interval { plan.writeIdleTimeout }

  // MARK: Streams

  /// Whether one more request can be a stream of it.
  var hasRoom: Bool {
    let most = hasSettings ? plan.maxConcurrentStreams : 1
    // A backend that has closed may have said why, which is still to be read.
    return !isLeaving && !isOver && !isClogged && !transport.isPeerClosed
      && openStreams < most && engine.canOpenStream
      && state.loop.now - openedAt < pool.settings.maxAge
  }

  /// A new stream, if there is room.
  func openStream() -> BackendStream? {
    guard hasRoom, let slot = engine.openStream() else { return nil }
    exchanges = exchanges &+ 1
    let stream = state.takeBackendStream()
    add(stream, at: slot)
    stream.begin(on: self, isReused: exchanges > 1)
    return stream
  }

  override func receivedGoAway(_ last: StreamID) {
    leave()
    for stream in streams {
      guard let stream, let slot = stream.slot, engine.streamID(slot) > last else { continue }
      stream.fail(.unprocessed)
    }
  }

  override func receivedSettings() {
    guard !hasSettings else { return pool.roomHasGrown() }
    hasSettings = true
    let allowed = engine.peerSettings.maxConcurrentStreams.map { Int($0) } ?? .max
    pool.streamsPerConnection = max(1, min(allowed, plan.maxConcurrentStreams))
    pool.openingEnded()
  }

  override func unclogged() {
    super.unclogged()
    pool.roomHasGrown()
  }

  override func refused(_ reason: Reason) {
    state.refused(reason, listener: pool.label, client: pool.label)
  }

  override func released() {
    if openStreams == 0 {
      idleSince = state.loop.now
      transport.reads.bringForward(to: idleDeadline())
      // The read loop may have waited for this to end.
      if isLeaving { return transport.reads.signal() }
      if pool.isWantedElsewhere { return leave() }
    }
    pool.roomMayHaveChanged()
  }

  /// Takes no further streams, and ends with the last that is open.
  func leave() {
    guard !isLeaving else { return }
    isLeaving = true
    pool.isLeaving(self)
    if openStreams == 0 { transport.reads.signal() }
  }

  // MARK: Idling and liveness

  override func idleDeadline() -> Instant {
    let ping = pongDeadline == .never ? lastReceived + plan.pingInterval : pongDeadline
    return openStreams == 0 ? min(ping, idleSince + pool.settings.idleTimeout) : ping
  }

  override func endIfIdle() -> End? { openStreams == 0 && isLeaving ? .close : nil }

  override func deadlinePassed() -> End? {
    let now = state.loop.now
    if openStreams == 0, now >= idleSince + pool.settings.idleTimeout {
      leave()
      engine.finishShutdown(.noError)
      return .close
    }
    if pongDeadline == .never {
      guard now >= lastReceived + plan.pingInterval else { return nil }
      // Silent for long: does it still live?
      pongDeadline = now + plan.pingTimeout
      engine.ping(0)
      flushSoon()
    } else if now >= pongDeadline {
      // Whatever has come since shows that it does.
      if lastReceived + plan.pingTimeout < pongDeadline { return .close }
      pongDeadline = .never
    }
    return nil
  }

  override func receivedPong(_ data: UInt64) { pongDeadline = .never }
}
