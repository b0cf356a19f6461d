import Addressing
import Bytes
import EventLoop
import HTTP2
import HTTPSemantics

/// One request of an HTTP/2 client, from its head to the end of the response.
///
/// The object and its task are reused from request to request, of whatever connection of the
/// worker.
final class HTTP2RequestStream: HTTP2Stream {
  let request = Request(.http2)
  private let exchange: Exchange
  /// Where the task waits for the next request: no content comes before.
  private var assigned: WaitPoint { reads }
  @Cell private var hasTask = false
  /// Whether there is a request that the task has not begun to serve.
  @Cell private var isDue = false
  @Cell private(set) var listener: ListenerRuntime
  @Cell private(set) var hasSentHead = false
  @Cell var sendMeter = RateMeter()
  @Cell var receiveMeter = RateMeter()
  /// What the engine found wrong with the request.
  @Cell private var problem: RequestProblem?

  /// How long an idle task waits for work.
  private static let taskIdleTime = Interval.seconds(5)

  var exchangeLog: ExchangeLog { exchange.log }

  init(_ state: WorkerState, listener: ListenerRuntime) {
    self.listener = listener
    exchange = Exchange(state)
    super.init(state)
  }

  // MARK: Its life

  /// Takes over the request that is in the session's engine.
  func beginRequest(on session: HTTP2Session, _ connection: DownstreamConnection) {
    begin(on: session, connection)
    // Swapped, so that the memory of the fields is used again.
    swap(&request.head, &session.engine.requestHead)
    request.keep(session.engine.headOctets)
    problem = session.engine.requestProblem
  }

  /// Takes over a request that came by HTTP/1.1.
  func beginUpgradedRequest(
    _ other: Request, on session: HTTP2Session, _ connection: DownstreamConnection
  ) {
    begin(on: session, connection)
    request.copyHead(of: other)
    // It asked for this, and got it.
    request.head.upgradeRequested = false
    problem = nil
  }

  private func begin(on session: HTTP2Session, _ connection: DownstreamConnection) {
    if listener !== session.listener { listener = session.listener }
    if let slot { request.stream = session.engine.streamID(slot).rawValue }
    request.from(connection, text: session.clientText)
    // Before the exchange begins, what the last one found out would count.
    request.isGRPC = false
    hasSentHead = false
    (sendMeter, receiveMeter) = (RateMeter(), RateMeter())
  }

  /// Has a task serve it.
  func start() {
    isDue = true
    if hasTask { return assigned.signal() }
    hasTask = true
    state.start { await self.run() }
  }

  private func run() async {
    while isDue {
      isDue = false
      if let problem {
        await refuse(problem)
      } else {
        let isServed = owesEnd ? await hasKeptWord() : true
        if isServed { await exchange.run(self) }
      }
      unbind()
      request.leaveConnection()
      guard state.giveRequestStream(self) else { break }
      _ = await assigned.wait(until: state.loop.now + Self.taskIdleTime)
      // A request may have come in the turn in which the time was over: then nothing was signalled.
      if !isDue { state.forgetRequestStream(self) }
    }
    hasTask = false
  }

  /// Whether the request says that it has no content, and did not end with its head.
  private var owesEnd: Bool { request.head.framing == .length(0) && !content.hasEnded }

  /// Waits for the end that is owed: a request that has content all the same is not forwarded.
  @inline(never)
  private func hasKeptWord() async -> Bool {
    do throws(ProxyError) {
      try await receiveContent()
      return true
    } catch {
      await refuse(error)
      return false
    }
  }

  @inline(never)
  private func refuse(_ problem: RequestProblem) async {
    state.refused(
      problem.reason, listener: listener.name,
      client: String(decoding: request.clientText, as: UTF8.self))
    await refuse(ProxyError.downstream(problem.status, problem.reason))
  }

  private func refuse(_ error: ProxyError) async {
    exchange.logRefusal(error, of: self)
    do throws(ProxyError) {
      try await answer(OwnResponse(status: error.status, reason: error.reason))
    } catch {
      cutResponse()
    }
  }

  func markHeadSent() { hasSentHead = true }
}
