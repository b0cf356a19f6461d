import Bytes
import EventLoop
import HTTP1
import HTTPSemantics
import TLS

// What a task does for a connection: find out what it speaks, and have that served.
extension DownstreamConnection {
  /// Serves it until it ends, or can wait without a task.
  func serve() async {
    guard phase != .closed else { return }
    countParked(false)
    if let http2 { return await serveHTTP2(http2) }
    let input = MessageInput(transport, buffers: state.buffers)
    if phase == .fresh {
      phase = .identifying
      switch await secure() {
      case .done: break
      case .plainHTTP:
        await HTTP1Session(self, input: input).refuse(
          .downstream(.badRequest, .plainHTTPOnTLSPort))
        return await finish()
      case .gone: return close()
      }
      switch await identify(input) {
      case .chosen(let chosen): service = chosen
      case .refused(let error):
        await HTTP1Session(self, input: input).refuse(error)
        return await finish()
      case .gone: return close()
      }
    }
    switch service {
    case .http1: await serveHTTP1(input)
    case .http2:
      let http2 = HTTP2Session(
        self, input: input, engine: listener.http2.engine(at: state.loop.now))
      self.http2 = http2
      await serveHTTP2(http2)
    case .refuseVersion:
      await HTTP1Session(self, input: input).refuse(
        .downstream(.httpVersionNotSupported, .http2NotEnabled))
      await finish()
    }
  }

  /// Closes it when what was written has gone out, or the client takes nothing for too long.
  func finish() async {
    if phase == .closed { return }
    do throws(TransportError) {
      try await transport.finishWriting(stall: listener.writeIdleTimeout)
    } catch {}
    close()
  }

  private func serveHTTP1(_ input: MessageInput) async {
    let session = HTTP1Session(self, input: input)
    exchangeLog = session.exchangeLog
    let end = await session.run()
    exchangeLog = nil
    switch end {
    case .park: park()
    case .close: await finish()
    case .upgrade(let session):
      service = .http2
      http2 = session
      await serveHTTP2(session)
    }
  }

  private func serveHTTP2(_ session: HTTP2Session) async {
    phase = session.isQuiet ? .idle : .serving
    switch await session.read() {
    case .park: park()
    case .close: close()
    case .finished:
      session.sayGoodbye()
      await session.linger()
      close()
    }
  }

  private enum Identification {
    case chosen(ListenerPlan.Service)
    /// The client is to be told, as HTTP/1.1.
    case refused(ProxyError)
    case gone
  }

  /// Reads until the protocol is known.
  private func identify(_ input: MessageInput) async -> Identification {
    if let tls = transport.tls {
      if let service = listener.plan.service(for: tls.negotiatedProtocol) {
        return .chosen(service)
      }
      do throws(TransportError) {
        let deadline = state.loop.now + listener.firstByteTimeout
        let limit = listener.headLimits.maxHead
        guard try await input.receiveHead(limit: limit, until: deadline) else { return .gone }
      } catch { return .gone }
    }
    let identifier = ProtocolIdentifier(listener.plan)
    let deadline = state.loop.now + listener.selectTimeout
    while true {
      if let buffer = input.buffer {
        switch identifier.identify(buffer.span.extracting(input.unread)) {
        case .chosen(let service): return .chosen(service)
        case .nobody: return .refused(.downstream(.badRequest, .unknownProtocol))
        case .pending: break
        }
      }
      do throws(TransportError) {
        let limit = listener.headLimits.maxHead
        guard try await input.receiveHead(limit: limit, until: deadline) else { return .gone }
      } catch {
        guard error == .timedOut, !input.unread.isEmpty else { return .gone }
        return .refused(.downstream(.requestTimeout, .selectTimeout))
      }
    }
  }
}
