import HTTPSemantics
import Proxy

extension ProgramLog {
  func event(_ event: EventQueue.Event) {
    switch event {
    case .proxy(let event): proxy(event)
    case .accessLog(let notice): accessLog(notice)
    }
  }

  private func accessLog(_ notice: AccessLogWriter.Notice) {
    switch notice {
    case .dropped(let count): warning("access log lines dropped", ["count": "\(count)"])
    case .failed(let path, let reason):
      error("access log failed", ["path": path, "reason": reason])
    case .recovered(let path): self.notice("access log works again", ["path": path])
    case .reopened(let path): info("log files reopened", ["path": path])
    case .notReopened(let path, let reason):
      error("log files not reopened", ["path": path, "reason": reason])
    }
  }

  private func proxy(_ event: ProxyEvent) {
    switch event {
    case .backendRests(let backend, let reason, let milliseconds):
      warning(
        "backend rests", ["backend": backend, "reason": reason, "for": "\(milliseconds)ms"])
    case .backendRecovered(let backend): notice("backend recovered", ["backend": backend])
    case .backendEjected(let cluster, let backend, let reason, let milliseconds):
      warning(
        "backend ejected",
        [
          "cluster": cluster, "backend": backend, "reason": reason, "for": "\(milliseconds)ms",
        ])
    case .backendReturned(let cluster, let backend):
      notice(
        "backend returns",
        ["cluster": cluster, "backend": backend, "reason": "ejection_over"])
    case .backendUnhealthy(let cluster, let backend, let reason):
      warning("backend unhealthy", ["cluster": cluster, "backend": backend, "reason": reason])
    case .backendHealthy(let cluster, let backend):
      notice("backend healthy", ["cluster": cluster, "backend": backend])
    case .backendAssigned(let cluster, let backend, let state, let isOfConfiguration):
      notice(
        "backend state assigned",
        [
          "cluster": cluster, "backend": backend, "state": state.name,
          "by": isOfConfiguration ? "configuration" : "operator",
        ])
    case .clusterPanics(let cluster):
      error("too few healthy backends, all are used", ["cluster": cluster])
    case .clusterRecovered(let cluster):
      notice("enough healthy backends again", ["cluster": cluster])
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
