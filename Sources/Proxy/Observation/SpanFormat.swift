import Bytes
import HTTPSemantics

/// Writes spans as OTLP has them in JSON (opentelemetry.proto.trace.v1.Span), by the semantic conventions
/// for HTTP servers.
enum SpanFormat {
  /// Appends the span of an exchange, and a line end.
  ///
  /// - Parameters:
  ///   - trace: What the exchange is in its trace.
  ///   - record: Its ranges lie in `head`.
  static func write(
    _ trace: Trace, _ record: borrowing AccessRecord, head: Span<UInt8>, client: Span<UInt8>,
    into output: inout OutputBuffer
  ) {
    output.append("{\"traceId\":\"")
    trace.own.writeTraceID(into: &output)
    output.append("\",\"spanId\":\"")
    TraceParent.write(trace.own.span, into: &output)
    if trace.parent != 0 {
      output.append("\",\"parentSpanId\":\"")
      TraceParent.write(trace.parent, into: &output)
    }
    output.append("\",\"name\":\"")
    LogEscaping.writeJSON(head[record.method], into: &output)
    if !record.route.isEmpty {
      output.append(.space)
      LogEscaping.writeJSON(record.route.utf8.span, into: &output)
    }
    output.append("\",\"kind\":2,\"startTimeUnixNano\":\"")
    writeNanoseconds(record.time, into: &output)
    output.append("\",\"endTimeUnixNano\":\"")
    writeNanoseconds(record.time &+ Int64(clamping: record.duration), into: &output)
    output.append("\",\"attributes\":[{\"key\":\"http.response.status_code\",")
    output.append("\"value\":{\"intValue\":\"")
    output.append(decimal: UInt64(record.status))
    output.append("\"}}")
    writeAttributes(record, head, client, into: &output)
    output.append("],\"status\":{")
    // By the conventions a server's span has failed for 5xx only.
    if record.status >= 500 { output.append("\"code\":2") }
    output.append("}}\n")
  }

  private static func writeAttributes(
    _ record: borrowing AccessRecord, _ head: Span<UInt8>, _ client: Span<UInt8>,
    into output: inout OutputBuffer
  ) {
    write("http.request.method", head[record.method], into: &output)
    write("url.original", head[record.target], into: &output)
    write("server.address", head[record.host], into: &output)
    write("client.address", client, into: &output)
    write("user_agent.original", head[record.userAgent], into: &output)
    write("portico.listener", record.listener.utf8.span, into: &output)
    write("http.route", record.route.utf8.span, into: &output)
    write("portico.cluster", record.cluster.utf8.span, into: &output)
    write("portico.backend", record.backend.utf8.span, into: &output)
    if let end = record.end { write("error.type", end.rawValue.utf8.span, into: &output) }
    write("http.request.resend_count", max(0, Int64(record.attempts) - 1), into: &output)
    write("portico.queue_us", record.times.queue, into: &output)
    write("portico.connect_us", record.times.connect, into: &output)
    write("portico.request_us", record.times.request, into: &output)
    write("portico.backend_us", record.times.backend, into: &output)
    write("portico.response_us", record.times.response, into: &output)
  }

  private static func write(
    _ key: StaticString, _ text: Span<UInt8>, into output: inout OutputBuffer
  ) {
    guard !text.isEmpty else { return }
    output.append(",{\"key\":\"")
    output.append(key)
    output.append("\",\"value\":{\"stringValue\":\"")
    LogEscaping.writeJSON(text, into: &output)
    output.append("\"}}")
  }

  /// Nothing for what was not.
  private static func write(
    _ key: StaticString, _ number: Int64, into output: inout OutputBuffer
  ) {
    guard number >= 0 else { return }
    output.append(",{\"key\":\"")
    output.append(key)
    output.append("\",\"value\":{\"intValue\":\"")
    output.append(decimal: UInt64(number))
    output.append("\"}}")
  }

  private static func writeNanoseconds(_ microseconds: Int64, into output: inout OutputBuffer) {
    output.append(decimal: UInt64(clamping: microseconds))
    output.append("000")
  }
}
