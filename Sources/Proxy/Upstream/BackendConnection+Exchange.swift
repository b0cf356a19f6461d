import Bytes
import EventLoop
import HTTP1
import HTTPSemantics

// One exchange on an HTTP/1.1 connection to a backend.
extension BackendConnection: UpstreamStream {
  var version: WireVersion { .http1 }

  // MARK: The request

  func sendHead(
    _ forwarder: RequestForwarder, requestID: borrowing OutputBuffer, first: Span<UInt8>,
    isEnd: Bool, trailers: TrailerSection?
  ) throws(ProxyError) -> Bool {
    begin()
    forwarder.write(requestID: requestID, scratch: &state.scratch, into: &state.output)
    isTunnel = forwarder.request.tunnel != nil
    sendsChunks = forwarder.request.head.framing == .chunked && !isTunnel
    machine.sentRequestHead(isPersistent: !isTunnel, hasContent: !isEnd || isTunnel)
    return try send(first, isEnd: isEnd, trailers)
  }

  func sendContent(
    _ piece: Span<UInt8>, isEnd: Bool, trailers: TrailerSection?
  ) throws(ProxyError) -> Bool {
    if isTunnel, isEnd { return endTunnel() }
    state.output.removeAll()
    return try send(piece, isEnd: isEnd, trailers)
  }

  /// Passes the client's end on, behind everything that came before it.
  private func endTunnel() -> Bool {
    transport.shutDownSending()
    return true
  }

  private func send(
    _ piece: Span<UInt8>, isEnd: Bool, _ trailers: TrailerSection?
  ) throws(ProxyError) -> Bool {
    do throws(TransportError) {
      try output.send(piece, isChunked: sendsChunks, isEnd: isEnd, trailers: trailers)
      return !output.hasUnsent
    } catch {
      throw .upstream(.badGateway, .backendWriteFailed, retry: .ifReused)
    }
  }

  func sendMore(
    of piece: Span<UInt8>, until deadline: Instant
  ) async throws(TransportError) -> Bool {
    _ = try await output.sendMore(of: piece, until: deadline)
    return !output.hasUnsent
  }

  func sentRequestEnd() { machine.sentRequestEnd() }

  var writes: WaitPoint { transport.writes }

  // MARK: The response

  var reads: WaitPoint { transport.reads }

  func nextHead(_ method: Method) throws(ProxyError) -> Bool {
    while true {
      if try parseHead(method) { return true }
      switch input.tryReceiveHead(limit: Self.headLimits.maxHead) {
      case .octets: continue
      case .wouldBlock: return false
      case .endOfStream, .failed:
        // Nothing came at all: the connection may have died while it was idle.
        throw input.unread.isEmpty
          ? .upstream(.badGateway, .backendClosed, retry: .ifReused)
          : .upstream(.badGateway, .truncatedHead, retry: .broken)
      }
    }
  }

  private func parseHead(_ method: Method) throws(ProxyError) -> Bool {
    guard let buffer = input.buffer, !input.unread.isEmpty else { return false }
    do throws(ResponseError) {
      return try parser.parse(
        buffer.span.extracting(input.unread), requestMethod: method, into: &head)
    } catch {
      throw .upstream(.badGateway, error.reason)
    }
  }

  var headBuffer: ByteBuffer? { input.buffer }
  var headStart: Int { input.unread.lowerBound }

  func passedInterim() {
    machine.receivedInterimResponse()
    input.consume(head.length)
    parser.reset()
  }

  func beginContent() {
    // Only the consent to a tunnel comes here with this status.
    let framing = head.status == 101 ? .untilClose : head.framing
    let hasContent = framing != .none && framing != .length(0)
    machine.receivedResponseHead(isPersistent: head.isPersistent, hasContent: hasContent)
    keepAliveHint = head.keepAliveTimeoutSeconds.map { .seconds(Int64($0)) }
    responseHasContent = hasContent
    input.beginContent(framing, after: head.length, pinningHead: false)
  }

  func nextContent() throws(ProxyError) -> MessageInput.Content {
    do throws(BodyError) {
      return try input.nextContent()
    } catch {
      throw .upstream(.badGateway, error.reason)
    }
  }

  var contentBuffer: ByteBuffer? { input.buffer }
  var isContentComplete: Bool { input.isContentComplete }

  func receiveContent(until deadline: Instant) async throws(TransportError) -> Bool {
    if isTunnel { return try await input.receiveTunnelled(until: deadline) }
    return try await input.receiveContent(until: deadline)
  }

  func receivedEndOfStream() throws(ProxyError) {
    do throws(BodyError) {
      try input.receivedEndOfStream()
    } catch {
      throw .upstream(.badGateway, error.reason)
    }
  }

  var responseTrailers: TrailerSection? { input.trailers }

  // MARK: Ending

  var isClosing: Bool { !head.isPersistent }

  func finish() {
    if responseHasContent { machine.receivedResponseEnd() }
    // Octets beyond the response belong to nothing that we asked for.
    if !input.unread.isEmpty { machine.receivedSurplus() }
    // What it has not taken of this request would stand before the next.
    guard machine.canReuse, !transport.hasBacklog else { return finishWritingAndClose() }
    input.endMessage()
    pool.checkIn(self, now: state.loop.now)
  }

  /// Closes it when the backend has what was written, or takes nothing for too long: the end of
  /// what came through a tunnel, if nothing else.
  private func finishWritingAndClose() {
    guard isTunnel, transport.hasBacklog else { return pool.close(self) }
    let stall = pool.settings.writeIdleTimeout
    state.start {
      do throws(TransportError) { try await self.transport.finishWriting(stall: stall) } catch {}
      self.pool.close(self)
    }
  }

  func cancel() {
    // What happens to one end of a tunnel happens to the other.
    if isTunnel { transport.resetOnClose() }
    pool.close(self)
  }
}
