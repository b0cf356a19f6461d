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
    return try send()
  }

  func sendContinue() throws(ProxyError) {
    state.output.removeAll()
    state.output.append("HTTP/1.1 100 Continue\r\n\r\n")
    machine.sentInterimResponse()
    // So few octets fit, or the client has stopped reading before it got anything.
    guard try send() else { throw .clientGone }
  }

  func sendHead(
    _ head: borrowing ResponseHead, _ bytes: Span<UInt8>, by version: WireVersion,
    first: Span<UInt8>, isEnd: Bool, trailers: TrailerSection?
  ) throws(ProxyError) -> Bool {
    if head.status == 101 { return try openTunnel(head, bytes, first: first) }
    decideFraming(of: head)
    // What is left of the content comes after an answer that may have made it pointless: RFC 9112
    // §9.3 lets us close.
    if machine.awaitsContent || connection.isRetiring { machine.closeAfterResponse() }
    machine.sentResponseHead(isPersistent: responseFraming != .untilClose, hasContent: !isEnd)
    hasSentHead = true
    let form = ResponseForwarder.Form(
      framing: responseFraming, closes: machine.isClosing, isHTTP10: isHTTP10,
      keepsTrailers: request.head.acceptsTrailers && responseFraming == .chunked)
    state.date.refresh(now: state.loop.now)
    let additions = ResponseForwarder.Additions(
      date: state.date.value, via: listener.via.member(of: version), server: listener.addsServer,
      cookie: request.addedCookie, attempts: request.attemptsToTell)
    ResponseForwarder.write(head, bytes, form: form, adding: additions, into: &state.output)
    return try send(first, isEnd: isEnd, trailers)
  }

  func sendContent(_ piece: Span<UInt8>) throws(ProxyError) -> Bool {
    state.output.removeAll()
    return try send(piece, isEnd: false, nil)
  }

  func sendEnd(_ trailers: TrailerSection?) throws(ProxyError) -> Bool {
    machine.sentResponseEnd()
    guard responseFraming == .chunked else {
      if isTunnel { connection.transport.shutDownSending() }
      return true
    }
    state.output.removeAll()
    return try send(Span(), isEnd: true, trailers)
  }

  /// Sends what is in the output, and then a piece of content as this client's framing has it.
  func send(
    _ piece: Span<UInt8>, isEnd: Bool, _ trailers: TrailerSection?
  ) throws(ProxyError) -> Bool {
    do throws(TransportError) {
      try output.send(
        piece, isChunked: responseFraming == .chunked, isEnd: isEnd,
        trailers: request.head.acceptsTrailers ? trailers : nil)
      return !output.hasUnsent
    } catch {
      throw .clientGone
    }
  }

  /// Sends what is in the output.
  private func send() throws(ProxyError) -> Bool {
    do throws(TransportError) {
      try output.send(Span(), isChunked: false, isEnd: true)
      return !output.hasUnsent
    } catch {
      throw .clientGone
    }
  }

  /// Waits until the client has taken the rest of what was sent.
  func finishSending(_ piece: Span<UInt8>) async throws(ProxyError) {
    while output.hasUnsent {
      let began = state.loop.now
      do throws(TransportError) {
        let count = try await output.sendMore(of: piece, until: began + listener.writeIdleTimeout)
        sendMeter.moved(count, afterWaiting: state.loop.now - began)
        if sendMeter.isBelow(listener.minRate) { throw TransportError.timedOut }
      } catch {
        // Part of a message is out: whatever came next would be taken for the rest of it.
        output.discard()
        hasSentHead = true
        machine.failed()
        throw error == .timedOut ? .clientTooSlow : .clientGone
      }
    }
  }

  /// How content of unknown or given length is framed for this client (RFC 9112 §6).
  private func decideFraming(of head: borrowing ResponseHead) {
    let cannotHaveContent =
      request.head.method == .head || head.status == 204 || head.status == 304
    responseFraming =
      switch head.framing {
      // HTTP/2 ends a stream with its head. Here, nothing said means content until the end.
      case .none where !cannotHaveContent: .length(0)
      case .none, .length: head.framing
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
    let type = answer.writeContent(for: request, into: &content)
    state.output.appendStatusLine(answer.status)
    let date = state.date.value
    state.output.appendField("Date", value: date.span)
    if listener.addsServer { state.output.append("Server: portico\r\n") }
    if let type { state.output.appendField("Content-Type", value: type.span) }
    if answer.statesLength {
      state.output.appendField("Content-Length", decimal: UInt64(content.count))
    }
    for field in answer.fields { state.output.appendField(field.name, value: field.value.span) }
    if let reason = answer.reasonField(for: listener) {
      state.output.appendField("Portico-Reason", value: reason.utf8.span)
    }
    if machine.isClosing {
      state.output.append("Connection: close\r\n")
    } else if isHTTP10 {
      state.output.append("Connection: keep-alive\r\n")
    }
    state.output.append("\r\n")
    if request.head.method != .head { state.output.append(content.span) }
    if try !send() { try await finishSending(Span()) }
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
