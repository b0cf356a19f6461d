import Bytes
import CLinux
import Glibc
import Synchronization

/// One thread's reactor: an epoll set, a timer wheel, and the queue of Swift jobs that are ready.
///
/// It is the serial executor of an actor. It is a task executor only for those that begin a task
/// from another thread, or wait for something else than a ``WaitPoint``: such a task would take a
/// detour over the global pool without the preference.
///
/// Everything but ``enqueue(_:)`` and ``stop()`` belongs to the thread that called
/// ``run()``.
///
/// `@unchecked Sendable`: what other threads touch is `inbox` (a mutex), `wakeupPending` and
/// `isStopping` (atomics), and `thread` (written before any other thread knows the loop runs);
/// `enqueue` tells the threads apart and the rest is reached from jobs of this loop only.
@safe public final class EventLoop: SerialExecutor, TaskExecutor, @unchecked Sendable {
  /// The time at which the current turn began; deadlines are set from it.
  public internal(set) var now: Instant {
    get { _now.wrappedValue }
    set { _now.wrappedValue = newValue }
  }
  private let _now = Cell<Instant>(wrappedValue: Instant.read())
  /// Counts turns, so that others can tell whether one has passed.
  public internal(set) var turn: UInt32 {
    get { _turn.wrappedValue }
    set { _turn.wrappedValue = newValue }
  }
  private let _turn = Cell<UInt32>(wrappedValue: 0)
  /// How it spends its time.
  public let counters = LoopCounters()
  private var jobsOfTurn = 0
  var timers: TimerWheel
  /// Where records are gathered before they are encrypted; nothing stays in it.
  let scratch = ByteBuffer(capacity: RecordSizer.largeRecord)
  var handshakes = HandshakeBudget()
  let postponedWrites = PostponedWrites()

  private let epoll: Int32
  private let wakeup: Int32
  private let ready = Slot<[UnownedJob]>([])
  private var running: [UnownedJob] = []
  let door = WaitingRoom.Door()
  let waitingRoom: WaitingRoom
  private var expired: [WaitPoint] = []
  private var handlers: [(any WaitHandler, WaitOutcome)] = []
  private var turnEnds: [any TurnEndHandler] = []

  private let thread = Atomic<UInt>(0)
  private let inbox = Mutex<[UnownedJob]>([])
  private let wakeupPending = Atomic<Bool>(false)
  private let isStopping = Atomic<Bool>(false)

  /// - Returns: nil when no descriptor is left.
  public init?() {
    let epoll = epoll_create1(Int32(CLINUX_EPOLL_CLOEXEC))
    let wakeup = eventfd(0, Int32(CLINUX_EVENTFD_FLAGS))
    guard epoll >= 0, wakeup >= 0 else {
      for descriptor in [epoll, wakeup] where descriptor >= 0 { close(descriptor) }
      return nil
    }
    (self.epoll, self.wakeup) = (epoll, wakeup)
    timers = TimerWheel(now: Instant.read())
    waitingRoom = WaitingRoom(door)
    var event = unsafe epoll_event()
    unsafe event.events = EPOLLIN.rawValue
    unsafe event.data.ptr = nil  // nil means the wakeup
    unsafe epoll_ctl(epoll, EPOLL_CTL_ADD, wakeup, &event)
  }

  deinit {
    close(epoll)
    close(wakeup)
  }

  // MARK: Executor

  public func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    if isOnThread {
      ready.value.append(job)
    } else {
      inbox.withLock { $0.append(job) }
      wake()
    }
  }

  public func asUnownedSerialExecutor() -> UnownedSerialExecutor {
    unsafe UnownedSerialExecutor(ordinary: self)
  }

  /// Lets `assumeIsolated` work in callbacks, which run outside of any job.
  public func checkIsolated() {
    precondition(isOnThread, "not on the event loop's thread")
  }

  private var isOnThread: Bool {
    thread.load(ordering: .relaxed) == UInt(pthread_self())
  }

  /// Suspends the calling task until the next turn, so that one fast transfer does not own the
  /// loop.
  public func yieldTurn() async {
    await waitingRoom.stay()
  }

  /// Runs `job`, whose wait has ended, in this turn.
  func resume(_ job: UnownedJob) { ready.value.append(job) }

  func callAfterDelivery(_ handler: any WaitHandler, _ outcome: WaitOutcome) {
    handlers.append((handler, outcome))
  }

  /// Has `handler` called once at the end of this turn, when all tasks that were ready have run.
  public func callAtTurnEnd(_ handler: any TurnEndHandler) { turnEnds.append(handler) }

  // MARK: Running

  /// Runs turns on the calling thread until ``stop()``.
  public func run() {
    thread.store(UInt(pthread_self()), ordering: .relaxed)
    // Sound: allocated here, freed here, used by this thread only.
    let events = UnsafeMutablePointer<epoll_event>.allocate(capacity: Self.eventsPerTurn)
    defer { unsafe events.deallocate() }
    takeInbox()
    while !isStopping.load(ordering: .relaxed) {
      runReadyJobs()
      endTurn()
      postponedWrites.sendAll()
      unsafe waitForEvents(events)
      expireTimers()
      callHandlers()
      resumeYielded()
    }
    postponedWrites.sendAll()
  }

  /// Makes ``run()`` return after the current turn. From any thread.
  public func stop() {
    isStopping.store(true, ordering: .relaxed)
    wake()
  }

  private static let eventsPerTurn = 256

  private func runReadyJobs() {
    let serial = unsafe asUnownedSerialExecutor()
    while !ready.value.isEmpty {
      swap(&ready.value, &running)
      jobsOfTurn &+= running.count
      for job in running { unsafe job.runSynchronously(on: serial) }
      running.removeAll(keepingCapacity: true)
    }
  }

  private func endTurn() {
    guard !turnEnds.isEmpty else { return }
    var called: [any TurnEndHandler] = []
    swap(&called, &turnEnds)
    for handler in called { handler.turnEnded() }
    // What that has made ready runs in the next turn, after the events that others wait for.
    called.removeAll(keepingCapacity: true)
    if turnEnds.isEmpty { swap(&called, &turnEnds) }
  }

  private func waitForEvents(_ events: UnsafeMutablePointer<epoll_event>) {
    var timeout: Int32 = 0
    if door.nextTurn.value.isEmpty, ready.value.isEmpty, turnEnds.isEmpty {
      if let delay = timers.delayToNextSlot(from: now) {
        timeout = Int32(clamping: (delay + 999) / 1000)
      } else {
        timeout = -1
      }
    }
    counters.count(microseconds: (Instant.read() - now).microseconds, jobs: jobsOfTurn)
    jobsOfTurn = 0
    let count = unsafe epoll_wait(epoll, events, Int32(Self.eventsPerTurn), timeout)
    now = Instant.read()
    turn &+= 1
    let events = unsafe UnsafeBufferPointer(start: events, count: max(0, Int(count)))
    // What backends sent comes first: answers are one kind of work, requests another, and each
    // finds its code in the cache once it has begun.
    unsafe deliver(events, ofInitiated: true)
    unsafe deliver(events, ofInitiated: false)
  }

  /// Tells those sources of their events that we have opened, or the others.
  private func deliver(_ events: UnsafeBufferPointer<epoll_event>, ofInitiated: Bool) {
    for index in events.indices {
      let event = unsafe events[index]
      if let pointer = unsafe event.data.ptr {
        // Sound: a source unregisters before it dies, and no source dies amid a batch, since
        // delivering runs no user code.
        unsafe Unmanaged<EventSource>.fromOpaque(pointer)._withUnsafeGuaranteedRef {
          if $0.isInitiated == ofInitiated { $0.deliver(unsafe event.events) }
        }
      } else if !ofInitiated {
        takeInbox()
      }
    }
  }

  /// In two steps: ending a wait touches the wheel.
  private func expireTimers() {
    timers.expire(now: now, into: &expired)
    guard !expired.isEmpty else { return }
    for waiter in expired { waiter.expire() }
    expired.removeAll(keepingCapacity: true)
  }

  private func callHandlers() {
    guard !handlers.isEmpty else { return }
    var called: [(any WaitHandler, WaitOutcome)] = []
    swap(&called, &handlers)
    for (handler, outcome) in called { handler.waitEnded(outcome) }
  }

  private func resumeYielded() {
    if door.nextTurn.value.isEmpty { return }
    ready.value.append(contentsOf: door.nextTurn.value)
    door.nextTurn.value.removeAll(keepingCapacity: true)
  }

  // MARK: Other threads

  private func wake() {
    guard !wakeupPending.exchange(true, ordering: .acquiringAndReleasing) else { return }
    var one: UInt64 = 1
    // Sound: eight octets of a local variable. EAGAIN means that a wakeup is pending already.
    _ = unsafe write(wakeup, &one, 8)
  }

  private func takeInbox() {
    var count: UInt64 = 0
    _ = unsafe read(wakeup, &count, 8)
    // Before the queue is emptied: a job that comes after it writes a new wakeup. An exchange, so
    // that what was stored before a wakeup that was pending already (`stop`) is seen.
    _ = wakeupPending.exchange(false, ordering: .acquiringAndReleasing)
    inbox.withLock { jobs in
      ready.value.append(contentsOf: jobs)
      jobs.removeAll(keepingCapacity: true)
    }
  }

  // MARK: Descriptors

  /// Watches both directions of `source`, edge-triggered, for as long as it lives: no `epoll_ctl`
  /// per request.
  func registerEdgeTriggered(_ source: EventSource) {
    register(source, EPOLLIN.rawValue | EPOLLOUT.rawValue | EPOLLRDHUP.rawValue | EPOLLET.rawValue)
  }

  /// Watches for `events`, a set of `EPOLL…` bits.
  ///
  /// - Returns: Whether the kernel does; it may have no room. If not, the source is told.
  @discardableResult
  func register(_ source: EventSource, _ events: UInt32) -> Bool {
    var event = unsafe epoll_event()
    unsafe event.events = events
    unsafe event.data.ptr = Unmanaged.passUnretained(source).toOpaque()
    guard unsafe epoll_ctl(epoll, EPOLL_CTL_ADD, source.descriptor, &event) != 0 else {
      return true
    }
    source.cannotBeWatched()
    return false
  }

  func unregister(_ source: EventSource) {
    var unused = unsafe epoll_event()  // some kernels want a pointer
    unsafe epoll_ctl(epoll, EPOLL_CTL_DEL, source.descriptor, &unused)
  }
}
