import Bytes
import EventLoop
import HTTP1
import HTTPSemantics
import TLS

/// What an exchange notes down for the access log.
final class ExchangeLog {
  @Cell var route: RouteRuntime? = nil
  @Cell var cluster: ClusterRuntime? = nil
  @Cell var backend: BackendRuntime? = nil
  @Cell var status = StatusCode(rawValue: 0)
  /// Octets of content from and to the client.
  @Cell var octetsIn: UInt64 = 0
  @Cell var octetsOut: UInt64 = 0
  @Cell var attempts: UInt32 = 0
  /// Why it ended early.
  @Cell var end: Reason? = nil
  @Cell private(set) var beganAt = Instant(microseconds: 0)
  /// When the head of the backend's response was there.
  @Cell var headAt = Instant.never
  /// Whether anyone reads of the phases. If not, clocks are not asked for them.
  @Cell var isTimed = false
  /// When the last try began, and when the request had been sent; `.never` if that did not happen.
  @Cell var triedAt = Instant.never
  @Cell var sentAt = Instant.never
  /// Microseconds; -1 where there was nothing to wait for.
  @Cell var queueTime: Int64 = -1
  @Cell var connectTime: Int64 = -1
  /// What it is about to do, and who ended it before it was done.
  @Cell var phase = Termination.Phase.head
  @Cell var endedBy = Termination.Source.nobody

  /// Forgets the exchange before.
  func begin(at now: Instant) {
    route = nil
    cluster = nil
    backend = nil
    status = StatusCode(rawValue: 0)
    octetsIn = 0
    octetsOut = 0
    attempts = 0
    end = nil
    beganAt = now
    headAt = .never
    triedAt = .never
    sentAt = .never
    queueTime = -1
    connectTime = -1
    phase = .head
    endedBy = .nobody
  }
}

extension ExchangeLog {
  /// Notes that somebody has waited for a connection since `began`.
  func queued(since began: Instant) {
    queueTime = max(0, queueTime) &+ (Instant.read() - began).microseconds
  }

  /// Notes that connecting took from `began` until now.
  func connected(since began: Instant) {
    connectTime = max(0, connectTime) &+ (Instant.read() - began).microseconds
  }

  /// The request has been sent.
  func sentRequest() {
    phase = .waiting
    if isTimed { sentAt = Instant.read() }
  }

  /// Whether it ended early, or with an error.
  var isError: Bool { end != nil || status.rawValue >= 400 }

  var termination: Termination {
    endedBy == .nobody ? Termination() : Termination(source: endedBy, phase: phase)
  }

  /// - Parameter now: When the exchange has ended.
  func times(of request: Request, at now: Instant) -> PhaseTimes {
    var times = PhaseTimes()
    times.wait = request.waitTime
    times.head = request.headTime
    times.queue = queueTime
    times.connect = connectTime
    if triedAt != .never, sentAt != .never { times.request = Self.time(triedAt, sentAt) }
    if headAt != .never {
      // The answer may have come before the request had been sent.
      if sentAt != .never { times.backend = Self.time(sentAt, headAt) }
      times.response = Self.time(headAt, now)
    }
    return times
  }

  private static func time(_ from: Instant, _ to: Instant) -> Int64 {
    max(0, (to - from).microseconds)
  }
}

extension Exchange {
  /// Counts the exchange that has ended, and writes its access log line.
  func finish<Client: DownstreamStream>(_ client: Client) {
    let now = Instant.read()
    count(on: client.listener, at: now)
    writeLog(of: client, at: now)
    log.phase = .done
  }

  private func count(on listener: ListenerRuntime, at now: Instant) {
    let duration = UInt64(clamping: (now - log.beganAt).microseconds)
    let firstByte =
      log.headAt == .never ? duration : UInt64(clamping: (log.headAt - log.beganAt).microseconds)
    // A tunnel's time is what its peers make of it.
    let isTunnel = log.status == .switchingProtocols
    let counters = listener.counters
    counters.requests.add()
    counters.firstByte.record(firstByte)
    counters.requestSize.record(log.octetsIn)
    counters.responseSize.record(log.octetsOut)
    if !isTunnel { counters.duration.record(duration) }
    if let cluster = log.cluster {
      cluster.counters.firstByte.record(firstByte)
      if !isTunnel { cluster.counters.duration.record(duration) }
    }
    let route = log.route?.counters ?? state.counters.unrouted
    route.responses.count(log.status)
    route.octetsIn.add(log.octetsIn)
    route.octetsOut.add(log.octetsOut)
    if let end = log.end { state.counters.errors.count(end) }
  }

  /// Writes the access log line and the span of the exchange, as far as they are wanted.
  private func writeLog<Client: DownstreamStream>(of client: Client, at now: Instant) {
    let isLogged = self.isLogged(on: client.listener, at: now)
    let traced = trace.flatMap { $0.own.isSampled ? $0 : nil }
    guard isLogged || traced != nil else { return }
    let request = client.request
    let record = self.record(of: request, on: client.listener, at: now)
    let buffer = request.buffer
    let bytes = buffer.span.extracting(request.base..<buffer.capacity)
    let clientText = request.clientText
    if isLogged {
      state.output.removeAll()
      writeLine(record, bytes, clientText.span, requestID)
      state.accessLog.append(state.output)
    }
    if let traced {
      state.output.removeAll()
      SpanFormat.write(traced, record, head: bytes, client: clientText.span, into: &state.output)
      state.spans.append(state.output)
    }
  }

  private func isLogged(on listener: ListenerRuntime, at now: Instant) -> Bool {
    guard state.accessFormat != nil else { return false }
    let filter = log.route?.logging ?? listener.logging
    state.exchanges &+= 1
    return filter.takes(
      isError: log.isError, duration: now - log.beganAt, number: state.exchanges)
  }

  private func record(
    of request: Request, on listener: ListenerRuntime, at now: Instant
  ) -> AccessRecord {
    var record = AccessRecord()
    record.time = state.date.unixMicroseconds(now: log.beganAt)
    record.duration = UInt64(clamping: (now - log.beganAt).microseconds)
    record.listener = listener.name
    record.route = log.route?.name ?? ""
    record.cluster = log.cluster?.name ?? ""
    record.subcluster = log.backend?.subcluster ?? ""
    record.backend = log.backend?.label ?? ""
    record.method = request.head.methodBytes
    record.target = request.head.target
    record.path = request.head.path
    record.host = request.head.authority
    if let line = request.head.fields.first(.userAgent) { record.userAgent = line.value }
    if let line = request.head.fields.first(.referer) { record.referer = line.value }
    record.proto = request.protocolName
    record.stream = request.stream
    record.status = log.status.rawValue
    record.bytesIn = log.octetsIn
    record.bytesOut = log.octetsOut
    record.attempts = Int(log.attempts)
    record.end = log.end
    record.termination = log.termination
    record.times = log.times(of: request, at: now)
    if let tls = request.tls {
      record.tlsVersion = tls.version.rawValue
      record.tlsCipher = request.tlsCipher
    }
    record.trace = trace?.own
    return record
  }

  private func writeLine(
    _ record: AccessRecord, _ head: Span<UInt8>, _ client: Span<UInt8>,
    _ requestID: borrowing OutputBuffer
  ) {
    state.accessFormat?.write(
      record, head: head, client: client, requestID: requestID.span, into: &state.output)
  }

  /// Writes the line of input that was no request.
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
    writeLog(of: client, at: now)
  }
}
