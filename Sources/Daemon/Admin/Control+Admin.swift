import Addressing
import Bytes
import Configuration
import EventLoop
import HTTP1
import HTTPSemantics
import Proxy
import System

// HTTP/1.1 for operators and their tools: on a unix socket, which only the daemon's own user may
// open, and wherever `admin` says.
extension Control {
  /// How long a client that has not shown the token may take for the head of a request.
  private static let headPatience = Interval.seconds(10)

  /// Without the socket `portico reload` cannot work, or meets another daemon. Everything else
  /// does, so where the configuration does not ask for one, that is a warning.
  func openControlSocket(_ startup: StartupConfig) throws(StartFailure) -> ListeningSocket? {
    let place = ControlSocketPath(configured: startup.controlSocket)
    do throws(ControlSocketFailure) {
      let socket = try place.open()
      startSockets.append(socket)
      return socket
    } catch {
      guard startup.controlSocket == nil else {
        throw .system(
          "control_socket: cannot listen on \(place.path): \(error.reason)",
          in: options.configuration)
      }
      log.warning("no control socket", ["path": place.path, "reason": error.reason])
      return nil
    }
  }

  /// Opens what `admin` names. Operators rely on it: what cannot be opened ends the start.
  func openAdminSockets(_ admin: AdminConfig) throws(StartFailure) -> [ListeningSocket] {
    var sockets: [ListeningSocket] = []
    for endpoint in admin.bind {
      do throws(ListeningSocket.OpenError) {
        let socket = try FileSystem.withPrivateFiles { () throws(ListeningSocket.OpenError) in
          try ListeningSocket(opening: endpoint)
        }
        startSockets.append(socket)
        sockets.append(socket)
      } catch {
        let reason =
          switch error {
          case .noAddress: "no such address"
          case .failed(let call, let code): "\(call): \(errorText(code))"
          }
        throw .system("admin: cannot listen on \(endpoint): \(reason)", in: options.configuration)
      }
    }
    return sockets
  }

  /// Begins to answer on `socket`.
  func listen(on socket: ListeningSocket) {
    let acceptor = Acceptor(socket, on: loop)
    adminAcceptors.append(acceptor)
    Task.immediate(executorPreference: loop) {
      _ = self
      await self.acceptAdminConnections(from: acceptor)
    }
  }

  func closeAdminSockets() {
    for acceptor in adminAcceptors {
      acceptor.pause()
      acceptor.abort()
      acceptor.socket.removeFile()
    }
    adminAcceptors = []
  }

  private func acceptAdminConnections(from acceptor: Acceptor) async {
    // Who can open a unix socket is for its directory and mode to say.
    let isGuarded = if case .unix = acceptor.socket.endpoint { false } else { true }
    let visitors = isGuarded ? guardedVisitors : localVisitors
    while let transport = await acceptor.nextConnection() {
      let visitor = AdminVisitor(ServerConnection(transport), isGuarded: isGuarded)
      guard visitors.admit(visitor) else {
        transport.close()
        continue
      }
      Task.immediate(executorPreference: loop) {
        _ = self
        await self.converse(with: visitor)
        visitors.remove(visitor)
      }
    }
  }

  private func converse(with visitor: AdminVisitor) async {
    let connection = visitor.connection
    while true {
      visitor.isIdle = true
      let limit = visitor.isTrusted ? nil : Self.headPatience
      switch await connection.receiveRequest(headWithin: limit) {
      case .gone: return connection.transport.close()
      case .refused(let status):
        _ = await connection.respondText(status, "\(status.rawValue) \(status.reasonPhrase)\n")
        return await connection.close()
      case .request:
        visitor.isIdle = false
        visitor.hasShownToken = visitor.isGuarded && showsToken(connection)
        if visitor.isTrusted {
          while case .octets = await connection.nextContent() {}
        } else if connection.machine.awaitsContent {
          // Content of somebody unknown is not read, however long it is.
          connection.closeAfterResponse()
        }
        guard await answer(visitor), connection.awaitsRequest else {
          return await connection.close()
        }
      }
    }
  }

  private func answer(_ visitor: AdminVisitor) async -> Bool {
    let connection = visitor.connection
    let octets = connection.headBytes
    let path = String(octets: octets.span[connection.head.path])
    let query = String(octets: octets.span[connection.head.query])
    let request: AdminRequest
    do throws(AdminRequest.Refusal) {
      request = try AdminRequest(connection.head.method, path: path, query: query)
    } catch {
      return await connection.respondText(
        error.status, "\(error.status.rawValue) \(error.status.reasonPhrase)\n",
        fields: error.allow.map { "Allow: \($0)\r\n" } ?? "")
    }
    guard request.isOpen || visitor.isTrusted else {
      connection.closeAfterResponse()
      return await connection.respondText(
        .unauthorized, "401 Unauthorized: the token of admin.token_file is needed\n",
        fields: "WWW-Authenticate: Bearer\r\n")
    }
    return await answer(request, connection)
  }

  private func showsToken(_ connection: ServerConnection) -> Bool {
    guard let adminToken, let line = connection.head.fields.first(.authorization) else {
      return false
    }
    let octets = connection.headBytes
    return adminToken.isShown(by: octets.span[line.value])
  }
}

extension ServerConnection {
  func respondText(_ status: StatusCode, _ text: String, fields: String = "") async -> Bool {
    await respond(
      status, type: "text/plain; charset=utf-8", content: Array(text.utf8), fields: fields)
  }

  func respondJSON(_ text: String) async -> Bool {
    await respond(.ok, type: "application/json", content: Array((text + "\n").utf8))
  }

  /// Whether the client wants JSON where there is text, too.
  var wantsJSON: Bool {
    guard let line = head.fields.first(.accept) else { return false }
    let octets = headBytes
    return OwnAnswer.form(accept: octets.span[line.value]) == .json
  }
}

extension StatusCode {
  fileprivate static var unauthorized: StatusCode { StatusCode(rawValue: 401) }
}
