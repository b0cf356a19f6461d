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
    AccessLogJSON.write("\",\"listener\":", record.listener.utf8.span, into: &output)
    AccessLogJSON.write(",\"route\":", record.route.utf8.span, into: &output)
    AccessLogJSON.write(",\"cluster\":", record.cluster.utf8.span, into: &output)
    AccessLogJSON.write(",\"subcluster\":", record.subcluster.utf8.span, into: &output)
    AccessLogJSON.write(",\"backend\":", record.backend.utf8.span, into: &output)
    AccessLogJSON.write(",\"client\":", client, into: &output)
    AccessLogJSON.write(",\"method\":", head[record.method], into: &output)
    AccessLogJSON.write(",\"target\":", head[record.target], into: &output)
    AccessLogJSON.write(",\"path\":", head[record.path], into: &output)
    AccessLogJSON.write(",\"host\":", head[record.host], into: &output)
    AccessLogJSON.writeExchange(record, into: &output)
    AccessLogJSON.write(",\"request_id\":", requestID, into: &output)
    AccessLogJSON.writeOutcome(record, into: &output)
    AccessLogJSON.write(",\"user_agent\":", head[record.userAgent], into: &output)
    AccessLogJSON.write(",\"referer\":", head[record.referer], into: &output)
    AccessLogJSON.writeTimes(record, into: &output)
    AccessLogJSON.write(",\"tls_version\":", record.tlsVersion.utf8.span, into: &output)
    AccessLogJSON.write(",\"tls_cipher\":", record.tlsCipher.utf8.span, into: &output)
    AccessLogJSON.writeTrace(record.trace, into: &output)
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
