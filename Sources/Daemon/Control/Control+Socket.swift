import Addressing
import Bytes
import Configuration
import EventLoop
import HTTP1
import HTTPSemantics
import Proxy
import System

// HTTP/1.1 on a unix socket, which only the daemon's own user may open.
extension Control {
  private static let mostConnections = 32

  /// Without the socket `portico reload` cannot work, and everything else does: a warning.
  func openControlSocket(_ startup: StartupConfig) {
    let place = ControlSocketPath(configured: startup.controlSocket)
    do throws(ControlSocketFailure) {
      let socket = try place.open()
      let acceptor = Acceptor(socket, on: loop)
      controlSocket = acceptor
      Task.immediate(executorPreference: loop) {
        _ = self
        await self.acceptControlConnections(from: acceptor)
      }
    } catch {
      log.warning("no control socket", ["path": place.path, "reason": error.reason])
    }
  }

  func closeControlSocket() {
    guard let acceptor = controlSocket else { return }
    controlSocket = nil
    acceptor.pause()
    acceptor.abort()
    if case .unix(let path) = acceptor.socket.endpoint { FileSystem.removeSocket(at: path) }
  }

  private func acceptControlConnections(from acceptor: Acceptor) async {
    while let transport = await acceptor.nextConnection() {
      guard controlConnections < Self.mostConnections else {
        transport.close()
        continue
      }
      controlConnections += 1
      Task.immediate(executorPreference: loop) {
        _ = self
        await self.converse(ServerConnection(transport))
        self.controlConnections -= 1
      }
    }
  }

  private func converse(_ connection: ServerConnection) async {
    while true {
      switch await connection.receiveRequest() {
      case .gone: return connection.transport.close()
      case .refused(let status):
        _ = await connection.respondText(status, "\(status.rawValue) \(status.reasonPhrase)\n")
        return await connection.close()
      case .request:
        while case .octets = await connection.nextContent() {}
        guard await answer(connection), connection.awaitsRequest else {
          return await connection.close()
        }
      }
    }
  }

  private func answer(_ connection: ServerConnection) async -> Bool {
    let octets = connection.headBytes
    let path = String(octets: octets.span[connection.head.path])
    let request: ControlRequest
    do throws(ControlRequest.Refusal) {
      request = try ControlRequest(connection.head.method, path: path)
    } catch {
      let text = "\(error.status.rawValue) \(error.status.reasonPhrase)\n"
      return await connection.respondText(
        error.status, text, fields: error.allow.map { "Allow: \($0)\r\n" } ?? "")
    }
    switch request {
    case .reload:
      let outcome = await reload()
      return await connection.respondText(outcome.isSuccess ? .ok : .conflict, outcome.text)
    case .health:
      let isServing = phase == .serving
      return await connection.respondText(
        isServing ? .ok : .serviceUnavailable, isServing ? "ok\n" : "stopping\n")
    case .statistics:
      let statistics = await service?.workers.statistics() ?? WorkerStatistics()
      return await connection.respond(
        .ok, type: "application/json",
        content: Array(
          (statistics.json(service?.certificates ?? [], now: CalendarTime.secondsSince1970) + "\n")
            .utf8))
    }
  }
}

extension ServerConnection {
  fileprivate func respondText(
    _ status: StatusCode, _ text: String, fields: String = ""
  ) async -> Bool {
    await respond(
      status, type: "text/plain; charset=utf-8", content: Array(text.utf8), fields: fields)
  }
}

extension ReloadOutcome {
  fileprivate var isSuccess: Bool {
    if case .succeeded = self { true } else { false }
  }
}

extension StatusCode {
  fileprivate static var conflict: StatusCode { StatusCode(rawValue: 409) }
}

extension WorkerStatistics {
  /// One object, in one line.
  ///
  /// - Parameters:
  ///   - certificates: Those that are served.
  ///   - now: In seconds since 1970.
  func json(_ certificates: [CertificateStatus], now: Int64) -> String {
    let refusals = refusals.sorted { $0.key.rawValue < $1.key.rawValue }
      .map { "\(JSONText.string($0.rawValue)):\($1)" }
    return JSONText.object([
      "accepted_connections": "\(acceptedConnections)",
      "open_connections": "\(openConnections)",
      "parked_connections": "\(parkedConnections)",
      "requests": "\(requests)",
      "retries": "\(retries)",
      "retries_over_budget": "\(retriesOverBudget)",
      "refusals": "{" + refusals.joined(separator: ",") + "}",
      "client_tls": clientTLS.json,
      "backend_tls": backendTLS.json,
      "certificates": JSONText.array(certificates.map { $0.json(now: now) }),
    ])
  }
}

extension TLSStatistics {
  fileprivate var json: String {
    JSONText.object([
      "completed": "\(completed)",
      "resumed": "\(resumed)",
      "versions": Self.json(versions),
      "ciphers": Self.json(ciphers),
      "failures": Self.json(failures),
    ])
  }

  private static func json(_ counters: [String: UInt64]) -> String {
    let members = counters.sorted { $0.key < $1.key }.map { "\(JSONText.string($0)):\($1)" }
    return "{" + members.joined(separator: ",") + "}"
  }
}

extension CertificateStatus {
  fileprivate func json(now: Int64) -> String {
    JSONText.object([
      "owner": JSONText.string(owner),
      "file": JSONText.string(file),
      "subject": JSONText.string(subject),
      "days_left": "\(daysLeft(now: now))",
    ])
  }
}
