import Bytes
import EventLoop
import HTTP1
import HTTPSemantics

// The response half of an HTTP/1.x session.
extension HTTP1Session {
  var hasSentEnd: Bool { machine.hasSentResponseEnd }

  private var isHTTP10: Bool { request.head.minorVersion == 0 }

  // MARK: A backend's response

  func sendInterim(
    _ head: borrowing ResponseHead, _ bytes: Span<UInt8>
  ) throws(ProxyError) -> Bool {
    if isHTTP10 { return true }
    ResponseForwarder.writeInterim(head, bytes, into: &state.output)
    machine.sentInterimResponse()
    return try flush(Span())
  }

  func sendContinue() throws(ProxyError) {
    state.output.removeAll()
    state.output.append("HTTP/1.1 100 Continue\r\n\r\n")
    machine.sentInterimResponse()
    // So few octets fit, or the client has stopped reading before it got anything.
    guard try flush(Span()) else { throw .clientGone }
  }

  func sendHead(
    _ head: borrowing ResponseHead, _ bytes: Span<UInt8>, first: Span<UInt8>, isEnd: Bool,
    trailers: TrailerSection?
  ) throws(ProxyError) -> Bool {
    decideFraming(head.framing)
    // What is left of the content comes after an answer that may have made it pointless: RFC 9112
    // §9.3 lets us close.
    if machine.awaitsContent || connection.isRetiring { machine.closeAfterResponse() }
    machine.sentResponseHead(isPersistent: responseFraming != .untilClose, hasContent: !isEnd)
    hasSentHead = true
    let form = ResponseForwarder.Form(
      framing: responseFraming, closes: machine.isClosing, isHTTP10: isHTTP10,
      keepsTrailers: request.head.acceptsTrailers && responseFraming == .chunked,
      addsServer: listener.addsServer)
    state.date.refresh(now: state.loop.now)
    ResponseForwarder.write(
      head, bytes, form: form, via: listener.via, date: state.date.line, into: &state.output)
    return try send(first, isEnd: isEnd, trailers)
  }

  func sendContent(_ piece: Span<UInt8>) throws(ProxyError) -> Bool {
    state.output.removeAll()
    return try send(piece, isEnd: false, nil)
  }

  func sendEnd(_ trailers: TrailerSection?) throws(ProxyError) -> Bool {
    machine.sentResponseEnd()
    guard responseFraming == .chunked else { return true }
    state.output.removeAll()
    return try send(Span(), isEnd: true, trailers)
  }

  /// One call with one run of octets is cheaper than gathering, as long as little is copied.
  private static let copiedPiece = 4096

  /// Sends what is in the output, and then a piece of content as this client's framing has it.
  private func send(
    _ piece: Span<UInt8>, isEnd: Bool, _ trailers: TrailerSection?
  ) throws(ProxyError) -> Bool {
    let isCopied = piece.count <= Self.copiedPiece
    guard responseFraming == .chunked else {
      guard isCopied else { return try flush(piece) }
      state.output.append(piece)
      return try flush(Span())
    }
    let kept = request.head.acceptsTrailers ? trailers : nil
    if !piece.isEmpty { state.output.appendChunkHead(size: piece.count) }
    guard !isCopied else {
      state.output.append(piece)
      Self.endChunk(!piece.isEmpty, isEnd, kept, in: &state.output)
      return try flush(Span())
    }
    Self.endChunk(true, isEnd, kept, in: &state.tail)
    return try flushWithTail(piece)
  }

  private static func endChunk(
    _ hasPiece: Bool, _ isEnd: Bool, _ trailers: TrailerSection?, in output: inout OutputBuffer
  ) {
    if hasPiece { output.append("\r\n") }
    if isEnd { output.appendLastChunk(trailers: trailers) }
  }

  /// How content of unknown or given length is framed for this client (RFC 9112 §6).
  private func decideFraming(_ framing: MessageFraming) {
    responseFraming =
      switch framing {
      case .none, .length: framing
      case .chunked, .untilClose: isHTTP10 ? .untilClose : .chunked
      }
  }

  func closeAfterResponse() { machine.closeAfterResponse() }

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
    hasSentHead = true
    state.output.removeAll()
    state.date.refresh(now: state.loop.now)
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
    if try !flush(Span()) { try await finishSending(Span()) }
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
}
