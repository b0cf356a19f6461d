import Bytes
import EventLoop
import HTTPSemantics

/// What an exchange notes down for the access log.
final class ExchangeLog {
  @Cell var route: RouteRuntime? = nil
  @Cell var cluster: ClusterRuntime? = nil
  @Cell var backend: BackendRuntime? = nil
  @Cell var status = StatusCode(rawValue: 0)
  /// Octets of content from and to the client.
  @Cell var octetsIn: UInt64 = 0
  @Cell var octetsOut: UInt64 = 0
  @Cell var attempts: UInt32 = 0
  /// Why it ended early.
  @Cell var end: Reason? = nil
  @Cell private(set) var beganAt = Instant(microseconds: 0)
  /// When the head of the backend's response was there.
  @Cell var headAt = Instant.never
  /// Whether anyone reads of the phases. If not, clocks are not asked for them.
  @Cell var isTimed = false
  /// When the last try began, and when the request had been sent; `.never` if that did not happen.
  @Cell var triedAt = Instant.never
  @Cell var sentAt = Instant.never
  /// Microseconds; -1 where there was nothing to wait for.
  @Cell var queueTime: Int64 = -1
  @Cell var connectTime: Int64 = -1
  /// What it is about to do, and who ended it before it was done.
  @Cell var phase = Termination.Phase.head
  @Cell var endedBy = Termination.Source.nobody

  /// Forgets the exchange before; which way it took has been taken out of it.
  func begin(at now: Instant) {
    status = StatusCode(rawValue: 0)
    octetsIn = 0
    octetsOut = 0
    attempts = 0
    end = nil
    beganAt = now
    headAt = .never
    triedAt = .never
    sentAt = .never
    queueTime = -1
    connectTime = -1
    phase = .head
    endedBy = .nobody
  }
}

extension ExchangeLog {
  /// Notes that somebody has waited for a connection since `began`.
  func queued(since began: Instant) {
    queueTime = max(0, queueTime) &+ (Instant.read() - began).microseconds
  }

  /// Notes that connecting took from `began` until now.
  func connected(since began: Instant) {
    connectTime = max(0, connectTime) &+ (Instant.read() - began).microseconds
  }

  /// A try with a backend begins.
  func beginTry() {
    phase = .request
    guard isTimed else { return }
    // A first one that has waited for nothing begins with the exchange, as good as: that saves
    // asking the clock.
    let hasWaited = attempts > 1 || queueTime >= 0 || connectTime >= 0
    triedAt = hasWaited ? Instant.read() : beganAt
  }

  /// The request has been sent.
  func sentRequest() {
    phase = .waiting
    if isTimed { sentAt = Instant.read() }
  }

  /// Which way it took. The log knows no more of it after that: so nothing has to be retained.
  func takeWay() -> Way {
    Way(
      route: _route.exchange(nil), cluster: _cluster.exchange(nil), backend: _backend.exchange(nil))
  }

  /// Which way an exchange took, as far as it came.
  struct Way {
    let route: RouteRuntime?
    let cluster: ClusterRuntime?
    let backend: BackendRuntime?
  }

  /// Whether it ended early, or with an error.
  var isError: Bool { end != nil || status.rawValue >= 400 }

  var termination: Termination {
    endedBy == .nobody ? Termination() : Termination(source: endedBy, phase: phase)
  }

  /// - Parameter now: When the exchange has ended.
  func times(of request: Request, at now: Instant) -> PhaseTimes {
    var times = PhaseTimes()
    times.wait = request.waitTime
    times.head = request.headTime
    times.queue = queueTime
    times.connect = connectTime
    if triedAt != .never, sentAt != .never { times.request = Self.time(triedAt, sentAt) }
    if headAt != .never {
      // The answer may have come before the request had been sent.
      if sentAt != .never { times.backend = Self.time(sentAt, headAt) }
      times.response = Self.time(headAt, now)
    }
    return times
  }

  private static func time(_ from: Instant, _ to: Instant) -> Int64 {
    max(0, (to - from).microseconds)
  }
}
