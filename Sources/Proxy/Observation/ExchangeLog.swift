import Bytes
import EventLoop
import HTTP1
import HTTPSemantics

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
  }
}

extension Exchange {
  /// Writes the access log line of the exchange that has ended.
  func finishLog<Client: DownstreamStream>(of client: Client) {
    guard state.accessFormat != nil, log.route?.isLogged ?? true else { return }
    let request = client.request
    let now = Instant.read()
    var record = AccessRecord()
    record.time = state.date.unixMicroseconds(now: log.beganAt)
    record.duration = UInt64(clamping: (now - log.beganAt).microseconds)
    record.listener = client.listener.name
    record.route = log.route?.name ?? ""
    record.cluster = log.cluster?.name ?? ""
    record.subcluster = log.backend?.subcluster ?? ""
    record.backend = log.backend?.label ?? ""
    record.method = request.head.methodBytes
    record.target = request.head.target
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
    state.output.removeAll()
    let buffer = request.buffer
    let bytes = buffer.span.extracting(request.base..<buffer.capacity)
    let clientText = request.clientText
    writeLine(record, bytes, clientText.span, requestID)
    state.accessLog.append(state.output)
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
    log.begin(at: Instant.read())
    requestID.removeAll()
    log.status = error.status
    log.end = error.reason
    finishLog(of: client)
  }
}
