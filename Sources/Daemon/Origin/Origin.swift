import Bytes
import EventLoop
import HTTP1
import HTTPSemantics

/// An HTTP/1.1 server that tells what it received, or misbehaves on request: for trials, and for
/// tests of what stands before it.
actor Origin {
  nonisolated let loop: EventLoop
  nonisolated var unownedExecutor: UnownedSerialExecutor {
    unsafe loop.asUnownedSerialExecutor()
  }

  /// - Returns: nil when no descriptor is left.
  init?() {
    guard let loop = EventLoop() else { return nil }
    self.loop = loop
  }

  /// Answers all who connect to `socket`, under `name`, for ever.
  func serve(_ socket: ListeningSocket, as name: String) async {
    let acceptor = Acceptor(socket, on: loop)
    while let transport = await acceptor.nextConnection() {
      Task.immediate(executorPreference: loop) {
        _ = self
        await self.converse(ServerConnection(transport), as: name)
      }
    }
  }

  private func converse(_ connection: ServerConnection, as name: String) async {
    while true {
      switch await connection.receiveRequest() {
      case .gone: return connection.transport.close()
      case .refused(let status):
        _ = await connection.respond(
          status, type: "text/plain", content: Array("\(status.reasonPhrase)\n".utf8))
        return await connection.close()
      case .request:
        let answer = OriginAnswer(connection, name: name)
        guard await answer.run(), connection.awaitsRequest else { return await connection.close() }
      }
    }
  }
}
