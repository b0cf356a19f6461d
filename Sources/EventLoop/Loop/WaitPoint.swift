import Bytes

/// How a wait ended.
public enum WaitOutcome: Sendable {
  /// What was waited for has come.
  case ready
  /// The deadline has passed.
  case deadline
  /// Somebody wants the waiting exchange to end.
  case aborted
}

/// What wakes instead of a task, when nobody's task waits: a parked connection, an idle backend
/// connection. It costs no task while nothing happens.
public protocol WaitHandler: AnyObject {
  /// Called on the loop, after all events of the turn were delivered.
  ///
  /// The watch has ended; by now a task may have taken over, so the handler looks before it acts.
  func waitEnded(_ outcome: WaitOutcome)
}

/// The one way to wait: until *ready*, *deadline* or *abort*, whichever is first, resumed exactly
/// once, by its own loop.
///
/// Swift's task cancellation wakes nobody who waits here; whoever wants an exchange to end aborts
/// the point at which it waits.
@safe
public final class WaitPoint {
  private enum State {
    case idle
    /// A task is on its way to the waiting room.
    case task
    /// The job of the task that waits.
    case job(UnownedJob)
    case handler(any WaitHandler)
  }

  private var state: State {
    get { _state.wrappedValue }
    set { _state.wrappedValue = newValue }
  }
  private let _state = Cell<State>(wrappedValue: .idle)
  /// How the last wait of a task ended.
  @Cell private var outcome = WaitOutcome.ready
  private let loop: EventLoop
  /// Its entry in the wheel; negative while it has none.
  var timer: TimerWheel.ID = -1
  /// When the wait ends by itself; `.never` while nobody waits.
  var deadline: Instant {
    get { _deadline.wrappedValue }
    set { _deadline.wrappedValue = newValue }
  }
  private let _deadline = Cell<Instant>(wrappedValue: .never)
  /// When the wheel looks at the deadline next, in microseconds; `.max` if it does not.
  var visitedAt: Int64 {
    get { _visitedAt.wrappedValue }
    set { _visitedAt.wrappedValue = newValue }
  }
  private let _visitedAt = Cell<Int64>(wrappedValue: .max)

  public init(on loop: EventLoop) { self.loop = loop }

  deinit { loop.timers.free(&timer) }

  /// Whether somebody waits here.
  public var isWaiting: Bool {
    switch state {
    case .idle: false
    case .task, .job, .handler: true
    }
  }

  /// Suspends the calling task.
  ///
  /// - Precondition: Nobody else waits here.
  public func wait(until deadline: Instant) async -> WaitOutcome {
    guard case .idle = state else { preconditionFailure("two tasks wait at one point") }
    arm(until: deadline)
    state = .task
    loop.door.expect(for: self)
    await loop.waitingRoom.stay()
    return outcome
  }

  /// Takes the job of the task that waits.
  func keep(_ job: UnownedJob) { state = .job(job) }

  /// Leaves `handler` to be called instead of suspending a task.
  ///
  /// - Precondition: Nobody else waits here.
  public func watch(until deadline: Instant, _ handler: any WaitHandler) {
    guard case .idle = state else { preconditionFailure("two watchers at one point") }
    arm(until: deadline)
    state = .handler(handler)
  }

  /// Ends a watch without calling its handler.
  public func unwatch() {
    guard case .handler = state else { return }
    state = .idle
    deadline = .never
  }

  /// Makes a wait that is under way end at `deadline`, if it would end later.
  public func bringForward(to deadline: Instant) {
    guard isWaiting, deadline < self.deadline else { return }
    arm(until: deadline)
  }

  /// What was waited for has come. Does nothing when nobody waits.
  public func signal() { end(.ready) }

  /// Ends the wait, if there is one, because what it is for must end.
  public func abort() { end(.aborted) }

  func expire() { end(.deadline) }

  private func arm(until deadline: Instant) {
    self.deadline = deadline
    // Most deadlines are put off: then the wheel comes by in time and sees the new one.
    if visitedAt > deadline.microseconds { loop.timers.set(&timer, to: deadline, for: self) }
  }

  private func end(_ outcome: WaitOutcome) {
    switch state {
    case .idle: return
    case .task: preconditionFailure("a wait ended before it began")
    case .job(let job):
      state = .idle
      deadline = .never
      self.outcome = outcome
      loop.resume(job)
    case .handler(let handler):
      state = .idle
      deadline = .never
      loop.callAfterDelivery(handler, outcome)
    }
  }
}
