import Bytes
import Configuration
import EventLoop
import HTTPSemantics

// A tunnel: asked for, consented to, and then carried. The pump carries what the client sends, the
// read loop what the backend sends. Each direction ends by itself; the tunnel ends when both have,
// or when one breaks.
extension Exchange {
  /// Finds out whether the request asks for a tunnel and may have one.
  @inline(never)
  func prepareTunnel<Client: DownstreamStream>(
    _ client: Client, to cluster: ClusterRuntime, _ route: RouteRuntime
  ) throws(ProxyError) {
    let request = client.request
    guard request.head.upgradeRequested || !request.head.connectProtocol.isEmpty else { return }
    if cluster.backendProtocol == .http2 {
      // Behind us tunnels are of HTTP/1.1. An upgrade may be passed over, a CONNECT not.
      if request.head.connectProtocol.isEmpty { return }
      throw .downstream(.notImplemented, .tunnelToHTTP2)
    }
    do throws(ProxyError) {
      request.tunnel = try Tunnel.asked(by: request, of: client.listener, on: route)
      if request.tunnel == nil { return }
    } catch {
      client.closeAfterResponse()
      throw error
    }
    // If it is refused, what follows may still be meant for it, and is never read as a request.
    client.closeAfterResponse()
  }

  /// Passes a 101 that is what was asked for.
  func checkConsent<Client: DownstreamStream, Backend: UpstreamStream>(
    _ client: Client, _ backend: Backend
  ) throws(ProxyError) {
    guard let tunnel = client.request.tunnel, let buffer = backend.headBuffer else {
      throw .upstream(.badGateway, .unaskedUpgrade)
    }
    try tunnel.checkConsent(
      backend.head, buffer.span.extracting(backend.headStart..<buffer.capacity))
  }

  /// Refuses a success that is no consent: to the client of a stream any 2xx would be one (RFC 8441
  /// §5).
  func checkRefusal<Client: DownstreamStream, Backend: UpstreamStream>(
    _ client: Client, _ backend: Backend
  ) throws(ProxyError) {
    guard client.request.tunnel?.key != nil, 200..<300 ~= backend.head.status else { return }
    throw .upstream(.badGateway, .noUpgrade)
  }

  // MARK: Carrying it

  /// Carries the tunnel to its end. The backend's consent has been passed on.
  func carry<Client: DownstreamStream, Backend: UpstreamStream>(
    _ tunnel: Tunnel, _ client: Client, _ backend: Backend, _ cluster: ClusterRuntime,
    _ route: RouteRuntime
  ) async throws(ProxyError) {
    // `total` is for answers. From here on, only silence is too long.
    deadline = .never
    tunnel.moved(at: state.loop.now)
    log.phase = .tunnel
    startPump(client, backend, cluster, route, sendingContinue: false)
    if let buffer = backend.contentBuffer {
      try await finishSending(buffer.span.extracting(first), tunnel, client)
    }
    try await passDown(tunnel, client, backend)
    end(.backendClosed)
    waitsAt = nil
    // Waiting for the backend, the pump would not see a client go.
    guard client.watchHangUp(backend.writes) else { throw .clientGone }
    await pump?.join()
    if let abortCause { throw abortCause }
  }

  /// Notes who ended the tunnel, once.
  private func end(_ reason: Reason) {
    guard log.end == nil else { return }
    log.end = reason
    log.endedBy = reason == .clientClosed ? .client : .backend
  }

  // MARK: From the backend to the client

  private func passDown<Client: DownstreamStream, Backend: UpstreamStream>(
    _ tunnel: Tunnel, _ client: Client, _ backend: Backend
  ) async throws(ProxyError) {
    while true {
      switch try backend.nextContent() {
      case .none:
        if try await !receive(tunnel, client, backend) { try backend.receivedEndOfStream() }
      case .piece(let range):
        guard let buffer = backend.contentBuffer else { return }
        let piece = buffer.span.extracting(range)
        log.octetsOut &+= UInt64(range.count)
        if try !client.sendContent(piece) { try await finishSending(piece, tunnel, client) }
      case .end:
        if try !client.sendEnd(nil) { try await finishSending(Span(), tunnel, client) }
        return
      }
    }
  }

  /// - Returns: false at the end of what the backend sends.
  private func receive<Client: DownstreamStream, Backend: UpstreamStream>(
    _ tunnel: Tunnel, _ client: Client, _ backend: Backend
  ) async throws(ProxyError) -> Bool {
    let reads = backend.reads
    while true {
      if let abortCause { throw abortCause }
      waitsAt = reads
      // Who only hangs up may have sent something before: the pump reads on, and finds out what it
      // was.
      guard client.watchHangUp(reads) else { throw .clientGone }
      do throws(TransportError) {
        let isMore = try await backend.receiveContent(until: tunnel.deadline)
        tunnel.moved(at: state.loop.now)
        return isMore
      } catch {
        switch error {
        case .timedOut: if state.loop.now >= tunnel.deadline { throw Tunnel.idle }
        case .aborted: continue
        case .broken: throw .upstream(.badGateway, .backendReset)
        }
      }
    }
  }

  private func finishSending<Client: DownstreamStream>(
    _ piece: Span<UInt8>, _ tunnel: Tunnel, _ client: Client
  ) async throws(ProxyError) {
    while true {
      if let abortCause { throw abortCause }
      do throws(TransportError) {
        if try await client.sendMoreTunnelled(of: piece, until: tunnel.deadline) { break }
        tunnel.moved(at: state.loop.now)
      } catch {
        guard error == .timedOut else { throw abortCause ?? .clientGone }
        if state.loop.now >= tunnel.deadline { throw Tunnel.idle }
      }
    }
    tunnel.moved(at: state.loop.now)
  }

  // MARK: From the client to the backend

  /// Passes on what the client sends, and its end. For the pump.
  func passUp<Client: DownstreamStream, Backend: UpstreamStream>(
    _ tunnel: Tunnel, _ pump: ContentPump, _ client: Client, _ backend: Backend
  ) async throws(ProxyError) {
    while true {
      if pump.isCancelled { throw .clientGone }
      switch try client.nextContent() {
      case .none: try await receive(tunnel, pump, client)
      case .piece(let range):
        guard let buffer = client.contentBuffer else { throw .clientGone }
        let piece = buffer.span.extracting(range)
        log.octetsIn &+= UInt64(range.count)
        let isSent = try backend.sendContent(piece, isEnd: false, trailers: nil)
        if !isSent { try await finishSending(piece, tunnel, pump, client, backend) }
      case .end:
        // An end that is our own doing is not the client's to pass on.
        if client.wasCut { throw .clientGone }
        _ = try backend.sendContent(Span(), isEnd: true, trailers: nil)
        return end(.clientClosed)
      }
    }
  }

  private func receive<Client: DownstreamStream>(
    _ tunnel: Tunnel, _ pump: ContentPump, _ client: Client
  ) async throws(ProxyError) {
    while true {
      do throws(TransportError) {
        try await client.receiveTunnelled(until: tunnel.deadline)
        return tunnel.moved(at: state.loop.now)
      } catch {
        guard error == .timedOut, !pump.isCancelled else { throw .clientGone }
        if state.loop.now >= tunnel.deadline { throw Tunnel.idle }
      }
    }
  }

  private func finishSending<Client: DownstreamStream, Backend: UpstreamStream>(
    _ piece: Span<UInt8>, _ tunnel: Tunnel, _ pump: ContentPump, _ client: Client,
    _ backend: Backend
  ) async throws(ProxyError) {
    while true {
      if pump.isCancelled { throw .clientGone }
      if client.hasSentEnd, !client.watchHangUp(backend.writes) { throw .clientGone }
      do throws(TransportError) {
        if try await backend.sendMore(of: piece, until: tunnel.deadline) { break }
        tunnel.moved(at: state.loop.now)
      } catch {
        switch error {
        case .timedOut: if state.loop.now >= tunnel.deadline { throw Tunnel.idle }
        case .aborted: continue
        case .broken: throw .upstream(.badGateway, .backendWriteFailed)
        }
      }
    }
    tunnel.moved(at: state.loop.now)
  }
}
