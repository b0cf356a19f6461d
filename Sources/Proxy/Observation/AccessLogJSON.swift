import Bytes
import HTTPSemantics

/// Access log lines as JSON. A member stands there only if it has something to say.
enum AccessLogJSON {
  /// Octets that a line takes beside its texts, at most.
  static let ownOctets = 1024

  /// Appends the line of an exchange.
  ///
  /// - Parameter texts: What the ranges of the record lie in.
  static func write(
    _ record: AccessRecord, _ texts: Span<UInt8>, _ timestamp: inout TimestampText,
    into room: inout OutputRoom
  ) {
    room.append("{\"time\":\"")
    timestamp.writeInternet(microseconds: record.time, into: &room)
    room.append(.doubleQuote)
    write(",\"listener\":\"", texts[record.listener], into: &room)
    write(",\"route\":\"", texts[record.route], into: &room)
    write(",\"cluster\":\"", texts[record.cluster], into: &room)
    write(",\"subcluster\":\"", texts[record.subcluster], into: &room)
    write(",\"backend\":\"", texts[record.backend], into: &room)
    write(",\"client\":\"", texts[record.client], into: &room)
    write(",\"peer\":\"", texts[record.peer], into: &room)
    write(",\"method\":\"", texts[record.method], into: &room)
    write(",\"target\":\"", texts[record.target], into: &room)
    write(",\"path\":\"", texts[record.path], into: &room)
    write(",\"host\":\"", texts[record.host], into: &room)
    writeExchange(record, into: &room)
    write(",\"request_id\":\"", texts[record.requestID], into: &room)
    writeOutcome(record, into: &room)
    write(",\"user_agent\":\"", texts[record.userAgent], into: &room)
    write(",\"referer\":\"", texts[record.referer], into: &room)
    writeTermination(record.termination, into: &room)
    writeTimes(record.times, into: &room)
    write(",\"tls_version\":\"", texts[record.tlsVersion], into: &room)
    write(",\"tls_cipher\":\"", texts[record.tlsCipher], into: &room)
    if let trace = record.trace { write(trace, into: &room) }
    room.append("}")
  }

  /// Appends `key`, which has the quotation mark before the value, and the rest of the member.
  @inline(__always)
  private static func write(
    _ key: StaticString, _ text: Span<UInt8>, into room: inout OutputRoom
  ) {
    guard !text.isEmpty else { return }
    room.append(key)
    LogEscaping.writeJSON(text, into: &room)
    room.append(.doubleQuote)
  }

  @inline(__always)
  private static func writeExchange(_ record: AccessRecord, into room: inout OutputRoom) {
    room.append(",\"protocol\":\"")
    room.append(record.proto.name.octets)
    room.append("\"")
    if record.stream > 0 {
      room.append(",\"stream\":")
      room.append(decimal: UInt64(record.stream))
    }
    room.append(",\"status\":")
    room.append(decimal: UInt64(record.status))
    room.append(",\"bytes_in\":")
    room.append(decimal: record.bytesIn)
    room.append(",\"bytes_out\":")
    room.append(decimal: record.bytesOut)
    room.append(",\"duration_us\":")
    room.append(decimal: record.duration)
  }

  @inline(__always)
  private static func writeOutcome(_ record: AccessRecord, into room: inout OutputRoom) {
    room.append(",\"attempts\":")
    room.append(decimal: UInt64(record.attempts))
    if let end = record.end { write(",\"end\":\"", end.rawValue.utf8.span, into: &room) }
  }

  @inline(__always)
  private static func writeTermination(_ termination: Termination, into room: inout OutputRoom) {
    room.append(",\"termination\":\"")
    room.append(termination.source.rawValue)
    room.append(termination.phase.rawValue)
    room.append("\"")
  }

  @inline(__always)
  private static func writeTimes(_ times: PhaseTimes, into room: inout OutputRoom) {
    write(",\"wait_us\":", times.wait, into: &room)
    write(",\"head_us\":", times.head, into: &room)
    write(",\"queue_us\":", times.queue, into: &room)
    write(",\"connect_us\":", times.connect, into: &room)
    write(",\"request_us\":", times.request, into: &room)
    write(",\"backend_us\":", times.backend, into: &room)
    write(",\"response_us\":", times.response, into: &room)
  }

  @inline(__always)
  private static func write(_ key: StaticString, _ time: Int64, into room: inout OutputRoom) {
    guard time >= 0 else { return }
    room.append(key)
    room.append(decimal: UInt64(time))
  }

  private static func write(_ trace: TraceParent, into room: inout OutputRoom) {
    room.append(",\"trace_id\":\"")
    trace.writeTraceID(into: &room)
    room.append("\",\"span_id\":\"")
    TraceParent.write(trace.span, into: &room)
    room.append("\"")
  }
}
