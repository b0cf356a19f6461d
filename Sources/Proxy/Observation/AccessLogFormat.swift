public import Bytes
public import Configuration
import HTTPSemantics

/// Writes access log lines, as JSON or by a text template.
///
/// One for each worker: it keeps the text of the current second. The worker writes the finished line
/// into its ``AccessLogRing``; the thread that empties it has nothing to format.
public struct AccessLogFormat: Sendable {
  typealias Variable = LoggingConfig.AccessVariable

  private enum Layout: Sendable {
    case json
    case text([Step])
  }

  /// A piece of the template, without strings of its own to retain.
  private enum Step: Sendable {
    case literal(ByteRange)
    case variable(Variable)
  }

  private let layout: Layout
  /// All literals of the template.
  private let literals: [UInt8]
  private var timestamp = TimestampText()

  public init(_ format: LoggingConfig.AccessFormat) {
    switch format {
    case .json: (layout, literals) = (.json, [])
    case .text(let pieces):
      var bytes: [UInt8] = []
      layout = .text(
        pieces.map { piece in
          switch piece {
          case .variable(let variable): return .variable(variable)
          case .literal(let text):
            let start = bytes.count
            bytes += text.utf8
            return .literal(ByteRange(start..<bytes.count))
          }
        })
      literals = bytes
    }
  }

  /// Appends the line of an exchange, with its line end.
  ///
  /// - Parameters:
  ///   - record: Its ranges lie in `head`.
  ///   - head: The request's head, or a copy of the parts that the record names.
  ///   - client: The text of the client's address, or what stands for it; made once a connection.
  ///   - requestID: Empty when there is none.
  ///   - output: What is appended to.
  public mutating func write(
    _ record: borrowing AccessRecord, head: Span<UInt8>, client: Span<UInt8>,
    requestID: Span<UInt8>, into output: inout OutputBuffer
  ) {
    switch layout {
    case .json: writeJSON(record, head, client, requestID, into: &output)
    case .text(let steps):
      for step in steps {
        switch step {
        case .literal(let range): output.append(literals.span[range])
        case .variable(let variable):
          write(variable, of: record, head, client, requestID, into: &output)
        }
      }
    }
    output.append(.lineFeed)
  }

  private mutating func writeJSON(
    _ record: borrowing AccessRecord, _ head: Span<UInt8>, _ client: Span<UInt8>,
    _ requestID: Span<UInt8>, into output: inout OutputBuffer
  ) {
    output.append("{\"time\":\"")
    timestamp.writeInternet(microseconds: record.time, into: &output)
    output.append("\"")
    Self.writeMember(",\"listener\":", record.listener.utf8.span, into: &output)
    Self.writeMember(",\"route\":", record.route.utf8.span, into: &output)
    Self.writeMember(",\"cluster\":", record.cluster.utf8.span, into: &output)
    Self.writeMember(",\"subcluster\":", record.subcluster.utf8.span, into: &output)
    Self.writeMember(",\"backend\":", record.backend.utf8.span, into: &output)
    Self.writeMember(",\"client\":", client, into: &output)
    Self.writeMember(",\"method\":", head[record.method], into: &output)
    Self.writeMember(",\"target\":", head[record.target], into: &output)
    Self.writeMember(",\"path\":", head[record.path], into: &output)
    Self.writeMember(",\"host\":", head[record.host], into: &output)
    output.append(",\"protocol\":\"")
    output.append(record.proto)
    if record.stream > 0 {
      output.append("\",\"stream\":")
      output.append(decimal: UInt64(record.stream))
    } else {
      output.append("\",\"stream\":null")
    }
    output.append(",\"status\":")
    output.append(decimal: UInt64(record.status))
    output.append(",\"bytes_in\":")
    output.append(decimal: record.bytesIn)
    output.append(",\"bytes_out\":")
    output.append(decimal: record.bytesOut)
    output.append(",\"duration_us\":")
    output.append(decimal: record.duration)
    Self.writeMember(",\"request_id\":", requestID, into: &output)
    output.append(",\"attempts\":")
    output.append(decimal: UInt64(max(0, record.attempts)))
    if let end = record.end {
      output.append(",\"end\":\"")
      output.append(end.rawValue)
      output.append("\"")
    } else {
      output.append(",\"end\":null")
    }
    Self.writeMember(",\"user_agent\":", head[record.userAgent], into: &output)
    Self.writeMember(",\"referer\":", head[record.referer], into: &output)
    output.append(",\"termination\":\"")
    output.append(record.termination.source.rawValue)
    output.append(record.termination.phase.rawValue)
    output.append("\"")
    Self.writeTime(",\"wait_us\":", record.times.wait, into: &output)
    Self.writeTime(",\"head_us\":", record.times.head, into: &output)
    Self.writeTime(",\"queue_us\":", record.times.queue, into: &output)
    Self.writeTime(",\"connect_us\":", record.times.connect, into: &output)
    Self.writeTime(",\"request_us\":", record.times.request, into: &output)
    Self.writeTime(",\"backend_us\":", record.times.backend, into: &output)
    Self.writeTime(",\"response_us\":", record.times.response, into: &output)
    Self.writeMember(",\"tls_version\":", record.tlsVersion.utf8.span, into: &output)
    Self.writeMember(",\"tls_cipher\":", record.tlsCipher.utf8.span, into: &output)
    if let trace = record.trace {
      output.append(",\"trace_id\":\"")
      trace.writeTraceID(into: &output)
      output.append("\",\"span_id\":\"")
      TraceParent.write(trace.span, into: &output)
      output.append("\"}")
    } else {
      output.append(",\"trace_id\":null,\"span_id\":null}")
    }
  }

  private mutating func write(
    _ variable: Variable, of record: borrowing AccessRecord, _ head: Span<UInt8>,
    _ client: Span<UInt8>, _ requestID: Span<UInt8>, into output: inout OutputBuffer
  ) {
    switch variable {
    case .time: timestamp.writeInternet(microseconds: record.time, into: &output)
    case .timeCommon: timestamp.writeCommon(microseconds: record.time, into: &output)
    case .listener: Self.writeText(record.listener.utf8.span, into: &output)
    case .route: Self.writeText(record.route.utf8.span, into: &output)
    case .cluster: Self.writeText(record.cluster.utf8.span, into: &output)
    case .subcluster: Self.writeText(record.subcluster.utf8.span, into: &output)
    case .backend: Self.writeText(record.backend.utf8.span, into: &output)
    case .client: Self.writeText(client, into: &output)
    case .method: Self.writeText(head[record.method], into: &output)
    case .target: Self.writeText(head[record.target], into: &output)
    case .path: Self.writeText(head[record.path], into: &output)
    case .host: Self.writeText(head[record.host], into: &output)
    case .proto: output.append(record.proto)
    case .status: output.append(decimal: UInt64(record.status))
    case .bytesIn: output.append(decimal: record.bytesIn)
    case .bytesOut: output.append(decimal: record.bytesOut)
    case .duration: Self.writeSeconds(record.duration, into: &output)
    case .requestID: Self.writeText(requestID, into: &output)
    case .attempts: output.append(decimal: UInt64(max(0, record.attempts)))
    case .end: output.append(record.end?.rawValue ?? "-")
    case .userAgent: Self.writeText(head[record.userAgent], into: &output)
    case .referer: Self.writeText(head[record.referer], into: &output)
    case .termination:
      output.append(record.termination.source.rawValue)
      output.append(record.termination.phase.rawValue)
    case .waitTime: Self.writeTime(record.times.wait, into: &output)
    case .headTime: Self.writeTime(record.times.head, into: &output)
    case .queueTime: Self.writeTime(record.times.queue, into: &output)
    case .connectTime: Self.writeTime(record.times.connect, into: &output)
    case .requestTime: Self.writeTime(record.times.request, into: &output)
    case .backendTime: Self.writeTime(record.times.backend, into: &output)
    case .responseTime: Self.writeTime(record.times.response, into: &output)
    case .tlsVersion: Self.writeText(record.tlsVersion.utf8.span, into: &output)
    case .tlsCipher: Self.writeText(record.tlsCipher.utf8.span, into: &output)
    case .traceID:
      if let trace = record.trace {
        trace.writeTraceID(into: &output)
      } else {
        output.append(.hyphen)
      }
    case .spanID:
      if let trace = record.trace {
        TraceParent.write(trace.span, into: &output)
      } else {
        output.append(.hyphen)
      }
    }
  }

  /// `key` and a JSON string, or `null` for empty text.
  private static func writeMember(
    _ key: StaticString, _ text: Span<UInt8>, into output: inout OutputBuffer
  ) {
    output.append(key)
    if text.isEmpty { return output.append("null") }
    output.append(.doubleQuote)
    LogEscaping.writeJSON(text, into: &output)
    output.append(.doubleQuote)
  }

  /// `key` and a time, or `null` for a phase that was not.
  private static func writeTime(
    _ key: StaticString, _ time: Int64, into output: inout OutputBuffer
  ) {
    output.append(key)
    if time < 0 { output.append("null") } else { output.append(decimal: UInt64(time)) }
  }

  private static func writeTime(_ time: Int64, into output: inout OutputBuffer) {
    if time < 0 { output.append(.hyphen) } else { output.append(decimal: UInt64(time)) }
  }

  private static func writeText(_ text: Span<UInt8>, into output: inout OutputBuffer) {
    if text.isEmpty { return output.append(.hyphen) }
    LogEscaping.writeText(text, into: &output)
  }

  /// Seconds with microseconds, `0.001234`.
  private static func writeSeconds(_ microseconds: UInt64, into output: inout OutputBuffer) {
    output.append(decimal: microseconds / 1_000_000)
    output.append(.period)
    writeDigits(microseconds % 1_000_000, count: 6, into: &output)
  }
}
