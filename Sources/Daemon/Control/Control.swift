import Configuration
import EventLoop
import HTTPSemantics
import Proxy
import Synchronization
import System

/// The control loop: starts the daemon, reloads it, stops it, and answers on the control socket.
///
/// It runs beside the workers on the main thread, so that what may block (files, the log) never
/// does so on a worker. Its work is told in extensions, one for each part of the daemon's life.
actor Control {
  enum Phase {
    case starting, serving
    /// A signal has come; what is under way ends.
    case stopping
    case stopped
  }

  nonisolated let loop: EventLoop
  nonisolated var unownedExecutor: UnownedSerialExecutor {
    unsafe loop.asUnownedSerialExecutor()
  }

  let options: ServeOptions
  let log = ProgramLog()
  let manager = ServiceManager()
  let inherited = InheritedSockets.fromEnvironment()
  let events = EventQueue()

  var phase = Phase.starting
  /// nil until it serves.
  var service: Service?
  var reloads = ReloadRequests()
  /// Where the end of a reload is waited for.
  let reloadEnds: WaitPoint
  /// Who replaces the workers' tables is inside.
  let swaps = Turnstile()
  let names: NameWatch
  /// Whether names stand for others than workers know.
  var hasNewNames = false
  var isApplyingNames = false
  /// Where `shutdown_delay` passes.
  let delay: WaitPoint
  /// The second signal has come.
  var isHurried = false
  /// What a start that is under way has opened.
  var startSockets: [ListeningSocket] = []
  /// Of the control socket and of `admin`.
  var adminAcceptors: [Acceptor] = []
  /// Those who came by unix sockets, and by TCP.
  let localVisitors = AdminVisitors()
  let guardedVisitors = AdminVisitors()
  /// What clients over TCP must show; nil where nobody comes by TCP.
  var adminToken: AdminToken?
  /// nil until it serves.
  var exporter: SpanExporter?
  var reloadHistory = ReloadHistory()
  /// Of the configuration that the reload under way has read.
  var freshHash: UInt64?
  /// Workers that have not answered the watchdog's last ping.
  var unanswered = 0

  private nonisolated let status = Mutex(ExitStatus.success)
  /// How the process is to end, once the loop has stopped.
  nonisolated var exitStatus: ExitStatus { status.withLock { $0 } }

  /// - Returns: nil when no descriptor is left.
  init?(_ options: ServeOptions) {
    guard let loop = EventLoop() else { return nil }
    self.loop = loop
    self.options = options
    reloadEnds = WaitPoint(on: loop)
    delay = WaitPoint(on: loop)
    names = NameWatch(on: loop)
  }

  /// Makes the loop stop, and the process end.
  func end(_ status: ExitStatus) {
    phase = .stopped
    self.status.withLock { $0 = status }
    loop.stop()
  }

  // MARK: What others tell

  /// From here on, what workers tell is written to the log.
  func beginEvents() {
    events.begin { [self] in
      Task(executorPreference: loop) { await self.writeEvents() }
    }
  }

  private func writeEvents() {
    let (events, lost) = events.take()
    for event in events { log.event(event) }
    if lost > 0 { log.warning("events lost", ["count": "\(lost)"]) }
  }
}
