import Bytes
import EventLoop
import HTTPSemantics

/// What an exchange is in a trace.
// A class, since most are in none: a word to pass on, not six.
final class Trace {
  /// Our own span: what backends are told.
  let own: TraceParent
  /// The span of the client's that has caused it; 0 for none.
  let parent: UInt64
  /// Whether the client's `tracestate` goes along: not without its `traceparent` (W3C Trace Context
  /// §4.3).
  let keepsState: Bool

  init(own: TraceParent, parent: UInt64 = 0, keepsState: Bool = false) {
    self.own = own
    self.parent = parent
    self.keepsState = keepsState
  }
}

extension Exchange {
  /// Takes up the trace that the client has begun, or begins one. Nothing where nobody collects:
  /// then the client's fields go on as they are.
  func prepareTrace(_ request: Request, _ route: RouteRuntime) {
    trace = nil
    guard let rate = state.traceSample else { return }
    let span = max(1, state.requestIDs.next())
    if let parent = parentTrace(of: request) {
      var own = parent
      own.span = span
      // Whoever is not trusted cannot make us record.
      if !request.isTrusted { own.isSampled = takesTrace(route.traceSample ?? rate) }
      trace = Trace(own: own, parent: parent.span, keepsState: true)
    } else {
      let own = TraceParent(
        traceHigh: state.requestIDs.next(), traceLow: max(1, state.requestIDs.next()), span: span,
        isSampled: takesTrace(route.traceSample ?? rate))
      trace = Trace(own: own)
    }
  }

  /// nil if there is none, or not exactly one that is valid.
  private func parentTrace(of request: Request) -> TraceParent? {
    guard let line = request.head.fields.first(.traceparent) else { return nil }
    guard request.head.fields.lines.count(where: { $0.id == .traceparent }) == 1 else { return nil }
    return request.withBytes { TraceParent($0[line.value]) }
  }

  private func takesTrace(_ sample: UInt64) -> Bool {
    guard sample > 0 else { return false }
    state.traces &+= 1
    return state.traces % sample == 0
  }
}
