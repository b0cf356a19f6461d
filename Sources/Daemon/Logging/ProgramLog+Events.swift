import HTTPSemantics
import Proxy

extension ProgramLog {
  func event(_ event: EventQueue.Event) {
    switch event {
    case .proxy(let event): proxy(event)
    case .accessLog(.dropped(let count)):
      warning("access log lines dropped", ["count": "\(count)"])
    case .accessLog(.failed(let reason)): error("access log failed", ["reason": reason])
    }
  }

  private func proxy(_ event: ProxyEvent) {
    switch event {
    case .backendRests(let backend, let reason, let milliseconds):
      warning(
        "backend rests", ["backend": backend, "reason": reason, "for": "\(milliseconds)ms"])
    case .backendRecovered(let backend): notice("backend recovered", ["backend": backend])
    case .acceptingPaused(let worker, let reason):
      warning("accepting paused", ["worker": "\(worker)", "reason": reason])
    case .acceptingResumed(let worker): notice("accepting resumed", ["worker": "\(worker)"])
    case .refused(let listener, let client, let reason, let suppressed):
      notice(
        "request refused",
        [
          "listener": listener, "client": client, "reason": reason.rawValue,
          "suppressed": "\(suppressed)",
        ])
    case .handshakeFailed(let listener, let client, let reason, let detail, let suppressed):
      notice(
        "handshake failed",
        [
          "listener": listener, "client": client, "reason": reason, "detail": detail,
          "suppressed": "\(suppressed)",
        ])
    }
  }
}
