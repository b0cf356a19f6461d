import Bytes
import EventLoop
import HTTP2
import HTTPSemantics

/// One exchange with an HTTP/2 backend. The object is reused from exchange to exchange.
final class BackendStream: HTTP2Stream {
  private(set) var head: ResponseHead {
    _read { yield headSlot.value }
    _modify { yield &headSlot.value }
  }
  private let headSlot = Slot(ResponseHead())
  func withHead<Result>(
    _ body: (borrowing ResponseHead) throws(ProxyError) -> Result
  ) throws(ProxyError) -> Result {
    try headSlot.lend(to: body)
  }
  /// What the offsets of `head` count in.
  @Cell private var octets = ByteBuffer(capacity: 0)
  @Cell private var hasHead = false
  /// Heads that came while the one before was not dealt with yet.
  private let further = Slot([FurtherHead]())
  @Cell private(set) var isReused = false
  @Cell private(set) var wasWrittenTo = false

  func begin(on connection: HTTP2BackendConnection, isReused: Bool) {
    self.isReused = isReused
    wasWrittenTo = false
    hasHead = false
    if !further.value.isEmpty { further.value.removeAll() }
  }

  /// What the memory of heads is rounded up to.
  private static let step = 64

  /// A head is in the engine.
  override func receivedHead(_ engine: inout HTTP2Connection) {
    let count = engine.headOctets.count
    guard hasHead else {
      if octets.capacity < count {
        octets = ByteBuffer(capacity: (count | (Self.step - 1)) + 1)
      }
      octets.copy(engine.headOctets.span)
      // Swapped, so that the memory of the fields is used again.
      swap(&head, &engine.responseHead)
      hasHead = true
      return reads.signal()
    }
    let buffer = ByteBuffer(capacity: count)
    buffer.copy(engine.headOctets.span)
    further.value.append(FurtherHead(engine.responseHead, buffer))
  }

  private final class FurtherHead {
    var head: ResponseHead
    let octets: ByteBuffer

    init(_ head: borrowing ResponseHead, _ octets: ByteBuffer) {
      self.head = head.copied
      self.octets = octets
    }
  }
}

extension BackendStream: UpstreamStream {
  var version: WireVersion { .http2 }

  // MARK: The request

  func sendHead(
    _ forwarder: RequestForwarder, requestID: borrowing OutputBuffer, first: Span<UInt8>,
    isEnd: Bool, trailers: TrailerSection?
  ) throws(ProxyError) -> Bool {
    guard let link, let slot, failure == nil else { throw self.error }
    if let limit = link.engine.peerSettings.maxHeaderListOctets {
      try checkSize(of: forwarder, requestID: requestID, limit: limit)
    }
    link.provideOutput()
    guard link.engine.beginHead(slot) else { throw self.error }
    wasWrittenTo = true
    let buffer = forwarder.request.buffer
    let bytes = buffer.span.extracting(forwarder.request.base..<buffer.capacity)
    writeControlData(forwarder, bytes, to: link)
    forwarder.writeFields(
      bytes, requestID: requestID, scratch: &state.scratch, into: &link.engine)
    writeFraming(of: forwarder.request, to: link)
    let endsWithHead = isEnd && first.isEmpty && trailers == nil
    link.engine.endHead(slot, endsStream: endsWithHead)
    if endsWithHead { sentEndWithHead() }
    link.flushSoon()
    if endsWithHead || (first.isEmpty && !isEnd) { return true }
    return try sendContent(first, isEnd: isEnd, trailers: trailers)
  }

  /// A backend that has said what it takes is not sent more: it might end the connection (RFC 9113
  /// §10.5.1), which others share.
  private func checkSize(
    of forwarder: RequestForwarder, requestID: borrowing OutputBuffer, limit: UInt32
  ) throws(ProxyError) {
    let request = forwarder.request
    if request.identity == nil,
      HeadMeter.isFarBelow(limit, octets: request.head.length, fields: request.head.fields)
    {
      return
    }
    var meter = HeadMeter()
    let buffer = request.buffer
    let bytes = buffer.span.extracting(request.base..<buffer.capacity)
    meter.count(":method", request.head.methodBytes.count)
    meter.count(":scheme", request.scheme.utf8CodeUnitCount)
    state.scratch.removeAll()
    forwarder.writeAuthority(bytes, into: &state.scratch)
    meter.count(":authority", state.scratch.count)
    state.scratch.removeAll()
    forwarder.writeTarget(bytes, into: &state.scratch)
    meter.count(":path", state.scratch.count)
    forwarder.writeFields(bytes, requestID: requestID, scratch: &state.scratch, into: &meter)
    if request.head.acceptsTrailers { meter.count("te", 8) }
    if case .length = request.head.framing { meter.count("content-length", 20) }
    guard meter.octets <= Int(limit) else {
      throw .downstream(.requestHeaderFieldsTooLarge, .backendHeadLimit)
    }
  }

  private func writeControlData(
    _ forwarder: RequestForwarder, _ bytes: Span<UInt8>, to link: HTTP2Link
  ) {
    let request = forwarder.request
    link.engine.encode(pseudo: .methodPseudo, bytes[request.head.methodBytes])
    link.engine.encode(pseudo: .schemePseudo, request.scheme.octets)
    state.scratch.removeAll()
    forwarder.writeAuthority(bytes, into: &state.scratch)
    link.engine.writeControlData(.authorityPseudo, state.scratch)
    state.scratch.removeAll()
    forwarder.writeTarget(bytes, into: &state.scratch)
    link.engine.writeControlData(.pathPseudo, state.scratch, repeats: request.isGRPC)
  }

  private func writeFraming(of request: Request, to link: HTTP2Link) {
    if request.head.acceptsTrailers { link.engine.writeField(.te, "te", "trailers") }
    guard case .length(let length) = request.head.framing else { return }
    state.scratch.removeAll()
    state.scratch.append(decimal: length)
    link.engine.writeField(.contentLength, "content-length", state.scratch)
  }

  func sendContent(
    _ piece: Span<UInt8>, isEnd: Bool, trailers: TrailerSection?
  ) throws(ProxyError) -> Bool {
    do throws(TransportError) {
      return try send(piece, isEnd: isEnd, trailers: trailers)
    } catch {
      throw self.error
    }
  }

  func sentRequestEnd() {}

  /// What has become of the stream.
  private var error: ProxyError {
    switch failure {
    case .unprocessed: .upstream(.badGateway, .backendRefusedStream, retry: .unprocessed)
    case .reset: .upstream(.badGateway, .backendResetStream, retry: .broken)
    case .breach(let reason): .upstream(.badGateway, reason)
    case .lost, nil: .upstream(.badGateway, .backendClosed, retry: .ifReused)
    }
  }

  // MARK: The response

  func nextHead(_ method: Method) throws(ProxyError) -> Bool {
    if hasHead { return true }
    if failure != nil { throw self.error }
    return false
  }

  var headBuffer: ByteBuffer? { octets }
  var headStart: Int { 0 }

  func passedInterim() {
    guard let next = further.value.first else {
      hasHead = false
      return
    }
    further.value.removeFirst()
    swap(&head, &next.head)
    octets = next.octets
  }

  func beginContent() {}

  func nextContent() throws(ProxyError) -> MessageInput.Content {
    let content = nextPiece()
    // What came before it failed is passed on; a reset after the end is none.
    if content == .none, failure != nil { throw self.error }
    return content
  }

  var contentBuffer: ByteBuffer? { content.buffer }
  var isContentComplete: Bool { content.isComplete }

  func receiveContent(until deadline: Instant) async throws(TransportError) -> Bool {
    try await receive(until: deadline)
    return true
  }

  func receivedEndOfStream() throws(ProxyError) {}

  var responseTrailers: TrailerSection? { receivedTrailers }

  // MARK: Ending

  var isClosing: Bool { false }

  func finish() {
    unbind()
    state.giveBackendStream(self)
  }

  /// What has not ended is reset.
  func cancel() { finish() }
}
