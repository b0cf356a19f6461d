import Bytes
import EventLoop
import HTTP2
import HTTPSemantics

/// One HTTP/2 connection, to a client or a backend: what both sides have in common.
///
/// One task reads, and turns octets into what happens to streams. What streams write gathers in the
/// engine's output, and goes out at the end of the turn in one system call; only a full socket
/// makes it wait, and then no task of its own is needed.
class HTTP2Link: TurnEndHandler, WaitHandler {
  final let transport: Transport
  final let state: WorkerState
  final let input: MessageInput
  private let engineSlot: Slot<HTTP2Connection>
  final var engine: HTTP2Connection {
    @inline(__always) _read { yield engineSlot.value }
    @inline(__always) _modify { yield &engineSlot.value }
  }
  /// The streams that have something to send.
  private let schedulerSlot = Slot(SendScheduler())
  final var scheduler: SendScheduler {
    @inline(__always) _read { yield schedulerSlot.value }
    @inline(__always) _modify { yield &schedulerSlot.value }
  }
  private let streamsSlot = Slot([HTTP2Stream?]())
  /// By slot.
  final var streams: [HTTP2Stream?] {
    @inline(__always) _read { yield streamsSlot.value }
    @inline(__always) _modify { yield &streamsSlot.value }
  }
  /// Streams whose slot is taken.
  @Cell final private(set) var openStreams = 0
  /// Octets of a frame's payload that the peer may send: a whole frame that is not DATA has to be
  /// here before it is read.
  final let maxFrame: Int
  /// When octets last came.
  @Cell final var lastReceived: Instant
  /// When content was last sent.
  @Cell final var lastContentSent: Instant
  /// Whether nothing more can be sent or received.
  @Cell final private(set) var isOver = false
  @Cell private var flushIsDue = false
  /// Whether the socket is full.
  @Cell private var isBlocked = false

  /// Octets that gather before a full socket has to take some: what one stream may put in front of
  /// another's.
  private static let highWater = 32 * 1024
  /// Octets that the kernel holds back: of its usual megabytes, all would go before a small
  /// response that comes beside a big one.
  private static let mostInKernel: Int32 = 16 * 1024
  /// Octets of the end of a message that follow its head, which never waits: a turn of their own
  /// would have to be waited for, and spare the others next to nothing.
  private static let shortEnd = 1024
  /// Octets that a full socket has not taken, from which on nothing more is read.
  private static let mostUnsent = 256 * 1024

  init(
    _ transport: Transport, state: WorkerState, input: MessageInput,
    engine: consuming HTTP2Connection, maxFrame: Int
  ) {
    self.maxFrame = maxFrame
    self.transport = transport
    self.state = state
    self.input = input
    engineSlot = Slot(engine)
    lastReceived = state.loop.now
    lastContentSent = state.loop.now
    transport.limitUnsent(to: Self.mostInKernel)
  }

  /// How long the peer may take nothing of what there is.
  var writeIdleTimeout: Interval { .infinite }

  // MARK: What only one side does

  /// A request's head is in the engine.
  func receivedRequest(_ slot: StreamSlot) {}
  /// Whether no further request may begin in this turn.
  var hasBegunEnough: Bool { false }
  /// What has come in this turn has been dealt with: requests of it can be served.
  ///
  /// - Returns: false if the rest of it is left for the next turn.
  func startStreams() -> Bool { true }
  func receivedSettings() {}
  func receivedPong(_ data: UInt64) {}
  /// The peer takes no further streams, and has processed none above `last`.
  func receivedGoAway(_ last: StreamID) {}
  /// The peer broke a rule; to be counted.
  func refused(_ reason: Reason) {}
  /// A stream's slot has been given back.
  func released() {}
  /// All that was in the output has gone out.
  func flushed() {}
  /// When ``deadlinePassed()`` is to be called at the latest.
  func idleDeadline() -> Instant { .never }
  func deadlinePassed() -> End? { nil }
  /// How the read loop ends, with nothing left to read; nil if it goes on.
  func endIfIdle() -> End? { nil }

  // MARK: Streams

  final func add(_ stream: HTTP2Stream, at slot: StreamSlot) {
    while streams.count <= slot.index { streams.append(nil) }
    streams[slot.index] = stream
    openStreams = openStreams &+ 1
    stream.bind(to: self, at: slot)
  }

  final func stream(at slot: StreamSlot) -> HTTP2Stream? {
    slot.index < streams.count ? streams[slot.index] : nil
  }

  /// A stream is done with: what has not ended is reset.
  final func release(_ slot: StreamSlot) {
    guard stream(at: slot) != nil else { return }
    streams[slot.index] = nil
    openStreams = openStreams &- 1
    scheduler.remove(slot)
    engine.release(slot)
    // Also for others whose turn it is, should this one have let it pass.
    flushSoon()
    released()
  }

  /// Gives a stream up with the given code. Its slot stays.
  final func reset(_ slot: StreamSlot, _ code: ErrorCode) {
    engine.reset(slot, code)
    flushSoon()
  }

  final func consumed(_ slot: StreamSlot, _ octets: Int) {
    engine.consumed(slot, octets)
    if !engine.output.isEmpty { flushSoon() }
  }

  final func writeTrailers(_ trailers: TrailerSection, _ slot: StreamSlot) {
    guard engine.beginHead(slot) else { return }
    let octets = trailers.octets.span
    for index in trailers.fields.lines.indices {
      let line = trailers.fields.lines[index]
      if !line.isHopByHop {
        engine.writeField(line, name: octets[line.name], value: octets[line.value])
      }
    }
    engine.endHead(slot, endsStream: true)
    flushSoon()
  }

  /// Gives up memory that the next stream can have anew.
  final func releaseMemory() {
    guard openStreams == 0 else { return }
    streams = []
    scheduler = SendScheduler()
    engine.releaseMemory()
  }

  // MARK: Sending

  /// Whether the peer takes so little that it must not make us write more.
  final var isClogged: Bool { isBlocked && engine.output.count > Self.mostUnsent }

  /// It is so no longer.
  func unclogged() { transport.reads.signal() }

  /// Octets that a stream may write at once, without waiting for its turn, of a piece that has
  /// `count`.
  ///
  /// - Parameter isEnd: Whether the message ends with it.
  final func room(for count: Int, isEnd: Bool, at slot: StreamSlot) -> Int {
    if isEnd, count <= Self.shortEnd, engine.output.count <= Self.mostUnsent,
      !scheduler.isMoreUrgentWaiting(than: engine.priority(of: slot))
    {
      return count
    }
    guard !isBlocked, scheduler.isEmpty else { return 0 }
    let room = Self.highWater - engine.output.count
    // Less is not worth a frame.
    return room < 1024 ? 0 : room
  }

  /// A stream has something to send: it is told when it is its turn.
  final func enqueue(_ stream: HTTP2Stream) {
    // One that has its turn already would have another, and nothing left to send in it.
    guard let slot = stream.slot, stream.grant == 0,
      engine.canSendWell(slot, stream.unsentOctets)
    else { return }
    scheduler.enqueue(slot, engine.priority(of: slot))
    flushSoon()
  }

  /// Windows have opened: those that have something to send stand in line again.
  final func enqueueAll() {
    for stream in streams { if let stream, stream.hasUnsent { enqueue(stream) } }
  }

  /// To be called before something of size is written.
  final func provideOutput() { state.spareOutputs.provide(for: &engine.output) }

  /// Sends what is in the output at the end of this turn.
  final func flushSoon() {
    guard !flushIsDue, !isBlocked else { return }
    flushIsDue = true
    transport.loop.callAtTurnEnd(self)
  }

  final func turnEnded() {
    flushIsDue = false
    flush()
  }

  private func flush() {
    guard !isOver, !isBlocked else { return }
    if !engine.output.isEmpty {
      switch transport.flushNow(engine.output) {
      case .complete:
        engine.output.removeAll()
        engine.outputFlushed()
        state.spareOutputs.take(from: &engine.output)
        flushed()
      case .partial(let count):
        engine.output.removeFirst(count)
        isBlocked = true
        return transport.writes.watch(until: state.loop.now + writeIdleTimeout, self)
      case .failed: return lose()
      }
    }
    letStreamsSend()
  }

  /// Tells those whose turn it is, as many as there is room for.
  private func letStreamsSend() {
    var room = Self.highWater
    while room > 0, let turn = scheduler.next() {
      guard let stream = stream(at: turn.slot), stream.hasUnsent else { continue }
      stream.grant = turn.quantum
      room -= turn.quantum
      stream.blockedWrites?.signal()
    }
  }

  /// The socket has room again, or had none for too long.
  final func waitEnded(_ outcome: WaitOutcome) {
    let wasClogged = isClogged
    isBlocked = false
    guard outcome == .ready, !isOver else { return lose() }
    flush()
    if wasClogged, !isClogged { unclogged() }
  }

  // MARK: Ending

  /// Sends what there is as far as the socket takes it, and nothing more after that.
  final func end() {
    guard !isOver else { return }
    if !isBlocked, !engine.output.isEmpty { _ = transport.flushNow(engine.output) }
    failStreams()
  }

  /// The connection is gone.
  final func lose() {
    guard !isOver else { return }
    failStreams()
    // Whoever reads sees the end, and closes.
    transport.shutDown()
    transport.reads.signal()
  }

  private func failStreams() {
    isOver = true
    if isBlocked { transport.writes.unwatch() }
    for stream in streams { stream?.fail(.lost) }
    // Those that have not begun are still to be taken leave of.
    _ = startStreams()
  }
}
