import Bytes
import EventLoop
import HTTP1
import HTTPSemantics
import TLS

// What is told of an exchange that has ended.
extension Exchange {
  /// Counts the exchange that has ended, and notes down what the access log and its trace tell.
  func finish<Client: DownstreamStream>(_ client: Client) {
    let now = Instant.read()
    let way = log.takeWay()
    count(way, on: client.listener, at: now)
    tell(way, of: client, at: now)
    log.phase = .done
  }

  private func count(_ way: ExchangeLog.Way, on listener: ListenerRuntime, at now: Instant) {
    let duration = UInt64(clamping: (now - log.beganAt).microseconds)
    let firstByte =
      log.headAt == .never ? duration : UInt64(clamping: (log.headAt - log.beganAt).microseconds)
    let whole = log.status == .switchingProtocols ? nil : duration
    let (octetsIn, octetsOut) = (log.octetsIn, log.octetsOut)
    // Call by call, since each object that is held from one to the next would be retained.
    listener.counters.count(
      firstByte: firstByte, duration: whole, octetsIn: octetsIn, octetsOut: octetsOut)
    way.cluster?.counters.count(firstByte: firstByte, duration: whole)
    if let route = way.route {
      route.counters.count(log.status, octetsIn: octetsIn, octetsOut: octetsOut)
    } else {
      state.counters.unrouted.count(log.status, octetsIn: octetsIn, octetsOut: octetsOut)
    }
    if let end = log.end { state.counters.errors.count(end) }
  }

  /// Notes down what the access log and the trace of the exchange tell, as far as they are wanted.
  private func tell<Client: DownstreamStream>(
    _ way: ExchangeLog.Way, of client: Client, at now: Instant
  ) {
    let listener = client.listener
    let isLogged = self.isLogged(by: way.route?.logging ?? listener.logging, at: now)
    let isTraced = trace?.own.isSampled ?? false
    guard isLogged || isTraced else { return }
    let request = client.request
    var record = AccessRecord()
    state.scratch.removeAll()
    noteNumbers(of: request, at: now, in: &record)
    noteNames(way, listener, in: &record, texts: &state.scratch)
    noteTexts(of: request, in: &record, texts: &state.scratch)
    if isLogged { state.accessLog.append(record, state.scratch.span) }
    if isTraced { state.spans.append(record, state.scratch.span) }
  }

  private func isLogged(by filter: AccessLogFilter, at now: Instant) -> Bool {
    guard state.isLogging else { return false }
    state.exchanges &+= 1
    return filter.takes(
      isError: log.isError, duration: now - log.beganAt, number: state.exchanges)
  }

  private func noteNumbers(of request: Request, at now: Instant, in record: inout AccessRecord) {
    record.time = state.date.unixMicroseconds(now: log.beganAt)
    record.duration = UInt64(clamping: (now - log.beganAt).microseconds)
    record.bytesIn = log.octetsIn
    record.bytesOut = log.octetsOut
    record.times = log.times(of: request, at: now)
    record.stream = request.stream
    record.attempts = log.attempts
    record.status = log.status.rawValue
    record.proto = request.protocolName
    record.end = log.end
    record.termination = log.termination
    if let trace {
      record.trace = trace.own
      record.parentSpan = trace.parent
    }
  }

  private func noteNames(
    _ way: ExchangeLog.Way, _ listener: ListenerRuntime, in record: inout AccessRecord,
    texts: inout OutputBuffer
  ) {
    listener.noteName(in: &record, &texts)
    way.route?.noteName(in: &record, &texts)
    if let backend = way.backend {
      backend.noteNames(in: &record, &texts)
    } else {
      way.cluster?.noteName(in: &record, &texts)
    }
  }

  private func noteTexts(
    of request: Request, in record: inout AccessRecord, texts: inout OutputBuffer
  ) {
    let buffer = request.buffer
    let head = buffer.span.extracting(request.base..<buffer.capacity)
    record.client = texts.place(request.originText.span)
    if !request.forwardedText.isEmpty { record.peer = texts.place(request.clientText.span) }
    record.method = texts.place(head[request.head.methodBytes])
    let (target, path) = (request.head.target, request.head.path)
    record.target = texts.place(head[target])
    if path.start >= target.start, path.end <= target.end {
      let start = record.target.start &+ (path.start &- target.start)
      record.path = ByteRange(start: start, end: start &+ (path.end &- path.start))
    }
    record.host = texts.place(head[request.head.authority])
    record.requestID = texts.place(requestID.span)
    if let line = request.head.fields.first(.userAgent) {
      record.userAgent = texts.place(head[line.value])
    }
    if let line = request.head.fields.first(.referer) {
      record.referer = texts.place(head[line.value])
    }
    if let tls = request.tls {
      record.tlsVersion = texts.place(tls.version.rawValue.utf8.span)
      record.tlsCipher = texts.place(request.tlsCipher.utf8.span)
    }
  }

  /// Notes down the input that was no request.
  func logRefusal<Client: DownstreamStream>(_ error: ProxyError, of client: Client) {
    let now = Instant.read()
    log.begin(at: now)
    trace = nil
    requestID.removeAll()
    log.status = error.status
    log.end = error.reason
    log.endedBy = .client
    state.counters.unrouted.responses.count(error.status)
    state.counters.errors.count(error.reason)
    tell(log.takeWay(), of: client, at: now)
  }
}
