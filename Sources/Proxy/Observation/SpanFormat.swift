public import Bytes
import HTTPSemantics

/// Writes spans as OTLP has them in JSON (opentelemetry.proto.trace.v1.Span), by the semantic
/// conventions for HTTP servers.
public enum SpanFormat {
  /// Appends the span of an exchange, and a line end; nothing for an exchange in no trace.
  ///
  /// - Parameter texts: What the ranges of the record lie in.
  public static func write(
    _ record: AccessRecord, _ texts: Span<UInt8>, into output: inout OutputBuffer
  ) {
    guard let trace = record.trace else { return }
    output.append("{\"traceId\":\"")
    trace.writeTraceID(into: &output)
    output.append("\",\"spanId\":\"")
    TraceParent.write(trace.span, into: &output)
    if record.parentSpan != 0 {
      output.append("\",\"parentSpanId\":\"")
      TraceParent.write(record.parentSpan, into: &output)
    }
    output.append("\",\"name\":\"")
    LogEscaping.writeJSON(texts[record.method], into: &output)
    if !record.route.isEmpty {
      output.append(.space)
      LogEscaping.writeJSON(texts[record.route], into: &output)
    }
    output.append("\",\"kind\":2,\"startTimeUnixNano\":\"")
    writeNanoseconds(record.time, into: &output)
    output.append("\",\"endTimeUnixNano\":\"")
    writeNanoseconds(record.time &+ Int64(clamping: record.duration), into: &output)
    output.append("\",\"attributes\":[{\"key\":\"http.response.status_code\",")
    output.append("\"value\":{\"intValue\":\"")
    output.append(decimal: UInt64(record.status))
    output.append("\"}}")
    writeAttributes(record, texts, into: &output)
    output.append("],\"status\":{")
    // By the conventions a server's span has failed for 5xx only.
    if record.status >= 500 { output.append("\"code\":2") }
    output.append("}}\n")
  }

  private static func writeAttributes(
    _ record: AccessRecord, _ texts: Span<UInt8>, into output: inout OutputBuffer
  ) {
    write("http.request.method", texts[record.method], into: &output)
    write("url.original", texts[record.target], into: &output)
    write("server.address", texts[record.host], into: &output)
    write("client.address", texts[record.client], into: &output)
    write("network.peer.address", texts[record.peer], into: &output)
    write("user_agent.original", texts[record.userAgent], into: &output)
    write("portico.listener", texts[record.listener], into: &output)
    write("http.route", texts[record.route], into: &output)
    write("portico.cluster", texts[record.cluster], into: &output)
    write("portico.backend", texts[record.backend], into: &output)
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
