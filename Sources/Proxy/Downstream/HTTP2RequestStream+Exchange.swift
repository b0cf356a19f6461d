import Bytes
import EventLoop
import HTTP1
import HTTP2
import HTTPSemantics

// The client's side of an exchange, as a stream of HTTP/2.
extension HTTP2RequestStream: DownstreamStream {
  // MARK: The request's content

  func nextContent() throws(ProxyError) -> MessageInput.Content {
    if let failure { throw error(of: failure) }
    return nextPiece()
  }

  func receiveContent() async throws(ProxyError) {
    let began = state.loop.now
    do throws(TransportError) {
      // Who calls may fall silent.
      try await receive(until: request.isGRPC ? .never : began + listener.bodyIdleTimeout)
    } catch {
      if let failure { throw self.error(of: failure) }
      guard error == .timedOut else { throw .clientGone }
      throw refusal(.contentTimeout)
    }
    receiveMeter.moved(content.unreadOctets, afterWaiting: state.loop.now - began)
    if !request.isGRPC, receiveMeter.isBelow(listener.minRate) {
      throw refusal(.contentTooSlow)
    }
  }

  private func refusal(_ reason: Reason) -> ProxyError {
    state.refused(
      reason, listener: listener.name,
      client: String(decoding: request.clientText, as: UTF8.self))
    return .downstream(.requestTimeout, reason)
  }

  private func error(of failure: StreamFailure) -> ProxyError {
    switch failure {
    case .reset, .unprocessed, .lost: .clientGone
    // RST_STREAM has gone out already: nobody is left to be answered.
    case .breach(let reason): .downstream(.clientClosedRequest, reason)
    }
  }

  var contentBuffer: ByteBuffer? { content.buffer }
  var isContentComplete: Bool { content.isComplete }
  var requestTrailers: TrailerSection? { receivedTrailers }
  var canRewindContent: Bool { content.canRewind }
  func rewindContent() { content.rewind() }
  func receivedRequestEnd() {}

  // MARK: The response

  func sendInterim(
    _ head: borrowing ResponseHead, _ bytes: Span<UInt8>
  ) throws(ProxyError) -> Bool {
    let link = try beginHead(status: head.status)
    ResponseForwarder.writeInterimFields(head, bytes, into: &link.engine)
    endHead(link, isEnd: false)
    return true
  }

  func sendContinue() throws(ProxyError) {
    let link = try beginHead(status: 100)
    endHead(link, isEnd: false)
  }

  func sendHead(
    _ head: borrowing ResponseHead, _ bytes: Span<UInt8>, by version: WireVersion,
    first: Span<UInt8>, isEnd: Bool, trailers: TrailerSection?
  ) throws(ProxyError) -> Bool {
    if head.status == 101 { return try openTunnel(head, bytes, by: version, first: first) }
    state.date.refresh(now: state.loop.now)
    let additions = ResponseForwarder.Additions(
      date: state.date.value, via: listener.via.member(of: version),
      server: listener.addsServer, cookie: request.addedCookie,
      attempts: request.attemptsToTell)
    if let limit = link?.engine.peerSettings.maxHeaderListOctets {
      try checkSize(of: head, bytes, additions, limit: limit)
    }
    let link = try beginHead(status: head.status)
    ResponseForwarder.writeFields(
      head, bytes, hasContent: head.framing != .none, keepsTrailers: true,
      adding: additions,
      into: &link.engine)
    if case .length(let length) = head.framing { writeLength(length, to: link) }
    markHeadSent()
    let endsWithHead = isEnd && first.isEmpty && trailers == nil
    endHead(link, isEnd: endsWithHead)
    if endsWithHead { return true }
    return first.isEmpty && !isEnd ? true : try sendPiece(first, isEnd: isEnd, trailers)
  }

  /// A client that has said what it takes is told that there is a response which it would not: it
  /// might end the connection over that (RFC 9113 §10.5.1).
  private func checkSize(
    of head: borrowing ResponseHead, _ bytes: Span<UInt8>,
    _ additions: ResponseForwarder.Additions, limit: UInt32
  ) throws(ProxyError) {
    if HeadMeter.isFarBelow(limit, octets: head.length, fields: head.fields) { return }
    var meter = HeadMeter()
    meter.count(":status", 3)
    ResponseForwarder.writeFields(
      head, bytes, hasContent: head.framing != .none, keepsTrailers: true, adding: additions,
      into: &meter)
    if case .length = head.framing { meter.count("content-length", 20) }
    guard meter.octets <= Int(limit) else { throw .upstream(.badGateway, .clientHeadLimit) }
  }

  func sendContent(_ piece: Span<UInt8>) throws(ProxyError) -> Bool {
    try sendPiece(piece, isEnd: false, nil)
  }

  func sendEnd(_ trailers: TrailerSection?) throws(ProxyError) -> Bool {
    try sendPiece(Span(), isEnd: true, trailers)
  }

  private func sendPiece(
    _ piece: Span<UInt8>, isEnd: Bool, _ trailers: TrailerSection?
  ) throws(ProxyError) -> Bool {
    do throws(TransportError) {
      return try send(piece, isEnd: isEnd, trailers: trailers)
    } catch {
      throw failure.map { self.error(of: $0) } ?? .clientGone
    }
  }

  func finishSending(_ piece: Span<UInt8>) async throws(ProxyError) {
    while hasUnsent {
      let began = state.loop.now
      let before = sentOctets
      do throws(TransportError) {
        _ = try await sendMore(of: piece, until: began + listener.writeIdleTimeout)
      } catch {
        if let failure { throw self.error(of: failure) }
        guard error == .timedOut else { throw .clientGone }
        (link as? HTTP2Session)?.stalled(since: began)
        throw .clientTooSlow
      }
      sendMeter.moved(sentOctets - before, afterWaiting: state.loop.now - began)
      if sendMeter.isBelow(listener.minRate) { throw .clientTooSlow }
    }
  }

  private func beginHead(status: UInt16) throws(ProxyError) -> HTTP2Link {
    if let failure { throw error(of: failure) }
    guard let link, let slot else { throw .clientGone }
    link.provideOutput()
    guard link.engine.beginHead(slot) else { throw .clientGone }
    link.engine.encode(status: status)
    return link
  }

  private func endHead(_ link: HTTP2Link, isEnd: Bool) {
    guard let slot else { return }
    link.engine.endHead(slot, endsStream: isEnd)
    if isEnd { sentEndWithHead() }
    link.flushSoon()
  }

  // MARK: Our own answers

  func answer(_ answer: OwnResponse) async throws(ProxyError) {
    var content = OutputBuffer(capacity: 256)
    let type = answer.writeContent(for: request, into: &content)
    let link = try beginHead(status: answer.status.rawValue)
    state.date.refresh(now: state.loop.now)
    let date = state.date.value
    link.engine.writeField(.date, "date", value: date.span)
    if listener.addsServer { link.engine.writeField(.server, "server", "portico") }
    if let type { link.engine.writeField(.contentType, "content-type", value: type.span) }
    if answer.statesLength { writeLength(UInt64(content.count), to: link) }
    for field in answer.fields {
      link.engine.writeField(.other, field.name, value: field.value.span)
    }
    if let reason = answer.reasonField(for: listener) {
      link.engine.writeField(.other, "portico-reason", value: reason.utf8.span)
    }
    markHeadSent()
    let endsWithHead = content.isEmpty || request.head.method == .head
    endHead(link, isEnd: endsWithHead)
    if endsWithHead { return }
    if try !sendPiece(content.span, isEnd: true, nil) { try await finishSending(content.span) }
  }

  private func writeLength(_ length: UInt64, to link: HTTP2Link) {
    state.scratch.removeAll()
    state.scratch.append(decimal: length)
    link.engine.writeField(.contentLength, "content-length", state.scratch)
  }

  /// Streams come and go; the connection stays.
  func closeAfterResponse() {}

  func cutResponse() {
    guard let link, let slot, failure == nil else { return }
    link.reset(slot, .internalError)
  }

  // MARK: Tunnels

  /// Passes on the backend's consent, which is 200 here and needs no proof (RFC 8441 §5).
  private func openTunnel(
    _ head: borrowing ResponseHead, _ bytes: Span<UInt8>, by version: WireVersion,
    first: Span<UInt8>
  ) throws(ProxyError) -> Bool {
    var consent = head.copied
    for index in consent.fields.lines.indices
    where bytes[consent.fields.lines[index].name].equalsIgnoringCase("sec-websocket-accept") {
      consent.fields.markHopByHop(at: index)
    }
    let link = try beginHead(status: 200)
    state.date.refresh(now: state.loop.now)
    let additions = ResponseForwarder.Additions(
      date: state.date.value, via: listener.via.member(of: version), server: listener.addsServer,
      cookie: request.addedCookie, attempts: request.attemptsToTell)
    ResponseForwarder.writeFields(
      consent, bytes, hasContent: true, keepsTrailers: false, adding: additions,
      into: &link.engine)
    markHeadSent()
    endHead(link, isEnd: false)
    return first.isEmpty ? true : try sendPiece(first, isEnd: false, nil)
  }

  func receiveTunnelled(until deadline: Instant) async throws(TransportError) {
    try await receive(until: deadline)
  }

  func sendMoreTunnelled(
    of piece: Span<UInt8>, until deadline: Instant
  ) async throws(TransportError) -> Bool {
    guard hasUnsent else { return true }
    return try await sendMore(of: piece, until: deadline)
  }

  // MARK: Hanging up

  var wasCut: Bool { (link as? HTTP2Session)?.wasCut ?? false }

  func watchHangUp(_ point: WaitPoint?) -> Bool {
    abortedByFailure = point
    return point == nil || failure == nil
  }

  func abortWaits() {
    reads.abort()
    blockedWrites?.abort()
  }
}
