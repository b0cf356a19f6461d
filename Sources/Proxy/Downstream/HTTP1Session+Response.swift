import Bytes
import EventLoop
import HTTP1
import HTTPSemantics

// The response half of an HTTP/1.x session.
extension HTTP1Session {
  var hasSentHead: Bool { machine.hasSentResponseHead }

  private var isHTTP10: Bool { request.head.minorVersion == 0 }

  // MARK: A backend's response

  func sendInterim(_ head: ResponseHead, _ bytes: Span<UInt8>) async throws(ProxyError) {
    if isHTTP10 { return }
    state.output.removeAll()
    ResponseForwarder.writeInterim(head, bytes, into: &state.output)
    machine.sentInterimResponse()
    try await flush(Span())
  }

  func sendContinue() throws(ProxyError) {
    state.output.removeAll()
    state.output.append("HTTP/1.1 100 Continue\r\n\r\n")
    machine.sentInterimResponse()
    // So few octets fit, or the client has stopped reading before it got anything.
    guard connection.transport.tryWrite(state.output, Span()) == .octets(state.output.count)
    else { throw .clientGone }
  }

  func sendHead(
    _ head: ResponseHead, _ bytes: Span<UInt8>, first: Span<UInt8>, isEnd: Bool,
    trailers: TrailerSection?
  ) async throws(ProxyError) {
    decideFraming(head.framing)
    // Its content comes after an answer that may have made it pointless: RFC 9112 §9.3 lets us close.
    if machine.awaitsContent || connection.isRetiring { machine.closeAfterResponse() }
    let hasContent = !isEnd
    machine.sentResponseHead(isPersistent: responseFraming != .untilClose, hasContent: true)
    let form = ResponseForwarder.Form(
      framing: responseFraming, closes: machine.isClosing, isHTTP10: isHTTP10,
      keepsTrailers: request.head.acceptsTrailers && responseFraming == .chunked,
      addsServer: listener.addsServer)
    state.output.removeAll()
    ResponseForwarder.write(
      head, bytes, form: form, via: listener.via, date: state.date.line,
      into: &state.output)
    if responseFraming == .chunked, !first.isEmpty {
      state.output.appendChunkHead(size: first.count)
    }
    if isEnd { machine.sentResponseEnd() }
    try await sendPiece(first, isEnd: !hasContent, trailers: trailers)
  }

  func sendContent(_ piece: Span<UInt8>) async throws(ProxyError) {
    state.output.removeAll()
    if responseFraming == .chunked { state.output.appendChunkHead(size: piece.count) }
    try await sendPiece(piece, isEnd: false, trailers: nil)
  }

  func sendEnd(_ trailers: TrailerSection?) async throws(ProxyError) {
    machine.sentResponseEnd()
    guard responseFraming == .chunked else { return }
    state.output.removeAll()
    state.output.appendLastChunk(trailers: request.head.acceptsTrailers ? trailers : nil)
    try await flush(Span())
  }

  /// What follows the head or the size of a chunk: the piece, and the end of the chunk or of all.
  private func sendPiece(
    _ piece: Span<UInt8>, isEnd: Bool, trailers: TrailerSection?
  ) async throws(ProxyError) {
    let isChunked = responseFraming == .chunked
    // One call with one run of octets is cheaper than gathering, as long as little is copied.
    guard piece.count > Self.copiedPiece || (isChunked && !piece.isEmpty) else {
      state.output.append(piece)
      if isChunked, isEnd {
        state.output.appendLastChunk(trailers: request.head.acceptsTrailers ? trailers : nil)
      }
      return try await flush(Span())
    }
    guard isChunked else { return try await flush(piece) }
    if piece.count <= Self.copiedPiece {
      state.output.append(piece)
      state.output.append("\r\n")
      if isEnd {
        state.output.appendLastChunk(trailers: request.head.acceptsTrailers ? trailers : nil)
      }
      return try await flush(Span())
    }
    try await flush(piece)
    state.output.removeAll()
    state.output.append("\r\n")
    if isEnd {
      state.output.appendLastChunk(trailers: request.head.acceptsTrailers ? trailers : nil)
    }
    try await flush(Span())
  }

  private static let copiedPiece = 4096

  /// How content of unknown or given length is framed for this client (RFC 9112 §6).
  private func decideFraming(_ framing: MessageFraming) {
    responseFraming =
      switch framing {
      case .none, .length: framing
      case .chunked, .untilClose: isHTTP10 ? .untilClose : .chunked
      }
  }

  func cutResponse() {
    isCut = true
    machine.failed()
    // Without a length or chunks, only a reset tells the client that this was not all.
    if responseFraming == .untilClose { connection.transport.resetOnClose() }
  }

  // MARK: Our own answers

  func answer(_ answer: OwnResponse) async throws(ProxyError) {
    skipContent()
    if machine.awaitsContent || connection.isRetiring { machine.closeAfterResponse() }
    responseFraming = .none
    machine.sentResponseHead(isPersistent: true, hasContent: false)
    state.output.removeAll()
    var content = OutputBuffer(capacity: 256)
    let type = writeContent(of: answer, into: &content)
    state.output.appendStatusLine(answer.status)
    state.output.append(state.date.line)
    if listener.addsServer { state.output.append("Server: portico\r\n") }
    if let type { state.output.appendField("Content-Type", value: type.span) }
    if answer.status != .noContent, answer.status != .notModified {
      state.output.appendField("Content-Length", decimal: UInt64(content.count))
    }
    state.output.append(answer.fields)
    if machine.isClosing {
      state.output.append("Connection: close\r\n")
    } else if isHTTP10 {
      state.output.append("Connection: keep-alive\r\n")
    }
    state.output.append("\r\n")
    if request.head.method != .head { state.output.append(content.span) }
    try await flush(Span())
  }

  private func writeContent(
    of answer: OwnResponse, into content: inout OutputBuffer
  ) -> [UInt8]? {
    switch answer.content {
    case .empty: return nil
    case .fixed(let type, let body):
      content.append(body)
      return Array(type.utf8)
    case .standard(let reason):
      let form = request.withBytes { bytes in
        guard let line = request.head.fields.first(.accept) else { return OwnAnswer.Form.text }
        return OwnAnswer.form(accept: bytes[line.value])
      }
      OwnAnswer.write(answer.status, reason: reason, form: form, into: &content)
      return Array(form.contentType.description.utf8)
    }
  }

  /// Takes as read what is here of content that nobody wants, so that the connection can be kept if
  /// that is all of it.
  private func skipContent() {
    guard machine.awaitsContent else { return }
    do throws(BodyError) {
      while true {
        switch try input.nextContent() {
        case .piece: continue
        case .none: return
        case .end: return machine.receivedRequestEnd()
        }
      }
    } catch {
      machine.closeAfterResponse()
    }
  }

  // MARK: Writing

  /// Sends what is in the worker's output, and then `body`.
  private func flush(_ body: Span<UInt8>) async throws(ProxyError) {
    let total = state.output.count + body.count
    switch connection.transport.tryWrite(state.output, body) {
    case .octets(total): return
    case .failed: throw .clientGone
    case .octets(let count): try await flushSlowly(from: count, body)
    }
  }

  /// The client does not take everything at once. The output is the worker's: what is left of it has
  /// to be copied before anybody else writes.
  private func flushSlowly(from written: Int, _ body: Span<UInt8>) async throws(ProxyError) {
    let count = state.output.count
    let head = OutputBuffer(copying: state.output, from: min(written, count))
    var position = max(0, written - count) - head.count
    let transport = connection.transport
    while position < body.count {
      let began = state.loop.now
      do throws(TransportError) {
        try await transport.waitUntilWritable(until: began + listener.writeIdleTimeout)
      } catch {
        throw error == .timedOut ? .clientTooSlow : .clientGone
      }
      let result =
        position < 0
        ? transport.tryWrite(head.span.extracting((head.count + position)..<head.count), body)
        : transport.tryWrite(Span(), body.extracting(position..<body.count))
      guard case .octets(let count) = result else { throw .clientGone }
      position += count
      sendMeter.moved(count, afterWaiting: state.loop.now - began)
      if sendMeter.isBelow(listener.minRate) { throw .clientTooSlow }
    }
  }
}
