import EventLoop

/// A second try beside one that has not been answered for a while: whoever answers first is heard,
/// the other is cancelled.
///
/// It is an exchange of its own, in a task of its own, as far as the response's head. From then on
/// the exchange that it is for goes on with its stream.
final class Hedge {
  enum State {
    case running
    /// The head of a response is there, which the client may have.
    case answered(Exchange.Opened)
    /// Nothing will come of it, or it is somebody else's now.
    case over
  }

  let backend: BackendRuntime
  let exchange: Exchange
  private let cluster: ClusterRuntime
  private(set) var state = State.running
  private var countsInFlight = true
  /// nil while the request has not been sent.
  private var counters: BackendCounters?
  /// When the first try's request had been sent.
  let firstSentAt: Instant
  /// When its own was about to be sent.
  private(set) var beganAt: Instant
  /// Where somebody waits who has nothing but it.
  let point: WaitPoint

  init(
    _ exchange: Exchange, with backend: BackendRuntime, of cluster: ClusterRuntime,
    besidesOneSentAt sentAt: Instant
  ) {
    firstSentAt = sentAt
    beganAt = sentAt
    self.exchange = exchange
    self.backend = backend
    self.cluster = cluster
    point = WaitPoint(on: exchange.state.loop)
  }

  var isRunning: Bool { if case .running = state { true } else { false } }
  var isAnswered: Bool { if case .answered = state { true } else { false } }

  /// The request is about to be sent.
  func began(_ counters: BackendCounters) {
    self.counters = counters
    beganAt = exchange.state.loop.now
    counters.begun.add()
    counters.retries.add()
  }

  /// - Returns: false when nobody wants it any more.
  func answered(_ stream: Exchange.Opened) -> Bool {
    guard isRunning else { return false }
    state = .answered(stream)
    return true
  }

  func failed() {
    if isRunning { end() }
  }

  /// The stream whose head is there; it is the caller's from now on, who ends it with ``end()``
  /// after.
  func take() -> Exchange.Opened? {
    guard case .answered(let stream) = state else { return nil }
    state = .over
    return stream
  }

  /// Gives it up, wherever it is.
  func cancel() {
    switch state {
    case .over: return
    case .answered(.connection(let stream)): stream.cancel()
    case .answered(.stream(let stream)): stream.cancel()
    case .running: exchange.abort(.clientGone)
    }
    end()
  }

  /// The backend has one request less.
  func end() {
    state = .over
    guard countsInFlight else { return }
    countsInFlight = false
    counters?.ended.add()
    exchange.end(with: backend, of: cluster)
  }
}
