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
  @Cell private var idleSince: Instant
  /// When the first of the streams that are open was opened, or later.
  @Cell private var busySince: Instant
  /// When a PING has to be answered; `.never` while none is under way.
  @Cell private var pongDeadline = Instant.never

  init(_ transport: Transport, pool: ConnectionPool, state: WorkerState, plan: BackendHTTP2Plan) {
    self.pool = pool
    self.plan = plan
    let now = state.loop.now
    openedAt = now
    idleSince = now
    busySince = now
    super.init(
      transport, state: state, input: MessageInput(transport, buffers: state.buffers),
      engine: plan.engine(at: now), maxFrame: plan.maxFrame)
  }

  /// Reads until it ends. It keeps its task also while it is idle: there are few of its kind.
  func run() async {
    provideOutput()
    flushSoon()
    while case .park = await read() {}
    isLeaving = true
    end()
    input.release()
    transport.close()
    pool.removed(self)
  }

  // MARK: Streams

  /// Whether one more request can be a stream of it.
  var hasRoom: Bool {
    !isLeaving && !isOver && openStreams < plan.maxConcurrentStreams && engine.canOpenStream
      && state.loop.now - openedAt < pool.settings.maxAge
  }

  /// A new stream, if there is room.
  func openStream() -> BackendStream? {
    guard hasRoom, let slot = engine.openStream() else { return nil }
    exchanges = exchanges &+ 1
    let stream = state.takeBackendStream()
    add(stream, at: slot)
    stream.begin(on: self, isReused: exchanges > 1)
    // The read loop may wait for something later.
    guard openStreams == 1 else { return stream }
    busySince = state.loop.now
    transport.reads.bringForward(to: busySince + plan.pingInterval)
    return stream
  }

  override func receivedResponse(_ slot: StreamSlot) {
    (stream(at: slot) as? BackendStream)?.receivedHead(&engine)
  }

  override func receivedGoAway(_ last: StreamID) {
    leave()
    for stream in streams {
      guard let stream, let slot = stream.slot, engine.streamID(slot) > last else { continue }
      stream.fail(.unprocessed)
    }
  }

  override func receivedSettings() { pool.roomMayHaveChanged() }

  override func released() {
    if openStreams == 0 {
      idleSince = state.loop.now
      transport.reads.bringForward(to: idleDeadline())
      // The read loop may have waited for this to end.
      if isLeaving { return transport.reads.signal() }
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
    if openStreams == 0 { return idleSince + pool.settings.idleTimeout }
    // What was idle before it was asked something has not been silent for that long.
    if pongDeadline != .never { return pongDeadline }
    return max(lastReceived, busySince) + plan.pingInterval
  }

  override func endIfIdle() -> End? { openStreams == 0 && isLeaving ? .close : nil }

  override func deadlinePassed() -> End? {
    let now = state.loop.now
    if openStreams == 0 {
      guard now >= idleSince + pool.settings.idleTimeout else { return nil }
      leave()
      engine.finishShutdown(.noError)
      return .close
    }
    if pongDeadline != .never {
      guard now >= pongDeadline else { return nil }
      // Whatever came since shows that it lives.
      if lastReceived + plan.pingTimeout < pongDeadline { return .close }
      pongDeadline = .never
    } else if now >= max(lastReceived, busySince) + plan.pingInterval {
      pongDeadline = now + plan.pingTimeout
      engine.ping(0)
      flushSoon()
    }
    return nil
  }

  override func receivedPong(_ data: UInt64) { pongDeadline = .never }
}
