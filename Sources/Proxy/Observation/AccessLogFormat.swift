public import Bytes
public import Configuration
import HTTPSemantics

/// Makes access log lines, as JSON or by a text template. It keeps the text of the current second.
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
  /// Octets that a line takes at most: so many, and so many for each octet of its texts.
  private let ownOctets: Int
  private let octetsOfText: Int
  private var timestamp = TimestampText()

  public init(_ format: LoggingConfig.AccessFormat) {
    switch format {
    case .json:
      (layout, literals) = (.json, [])
      (ownOctets, octetsOfText) = (AccessLogJSON.ownOctets, 2 * LogEscaping.mostOctets)
    case .text(let pieces):
      var bytes: [UInt8] = []
      let steps = pieces.map { piece in
        switch piece {
        case .variable(let variable): return Step.variable(variable)
        case .literal(let text):
          let start = bytes.count
          bytes += text.utf8
          return .literal(ByteRange(start..<bytes.count))
        }
      }
      (layout, literals) = (.text(steps), bytes)
      ownOctets = bytes.count + steps.count * Self.mostOctetsOfNumber + 1
      var uses: [Variable: Int] = [:]
      for case .variable(let variable) in pieces { uses[variable, default: 0] += 1 }
      // No two show the same text, but for the target and its path, and the client and its peer.
      octetsOfText = 2 * (uses.values.max() ?? 0) * LogEscaping.mostOctets
    }
  }

  /// What a variable takes that is no text of the record's: a time, a number, the id of a trace, or
  /// why the exchange has ended.
  private static let mostOctetsOfNumber = 64

  /// Appends the line of an exchange, with its line end.
  ///
  /// - Parameter texts: What the ranges of the record lie in.
  public mutating func write(
    _ record: AccessRecord, _ texts: Span<UInt8>, into output: inout OutputBuffer
  ) {
    // Room is made once for all of the line: that takes a third off its cost.
    output.append(upTo: ownOctets &+ octetsOfText &* texts.count) { room in
      switch layout {
      case .json: AccessLogJSON.write(record, texts, &timestamp, into: &room)
      case .text(let steps):
        for step in steps {
          switch step {
          case .literal(let range): room.append(literals.span[range])
          case .variable(let variable): write(variable, of: record, texts, into: &room)
          }
        }
      }
      room.append(.lineFeed)
    }
  }

  private mutating func write(
    _ variable: Variable, of record: AccessRecord, _ texts: Span<UInt8>,
    into room: inout OutputRoom
  ) {
    switch variable {
    case .time: timestamp.writeInternet(microseconds: record.time, into: &room)
    case .timeCommon: timestamp.writeCommon(microseconds: record.time, into: &room)
    case .listener: Self.writeText(texts[record.listener], into: &room)
    case .route: Self.writeText(texts[record.route], into: &room)
    case .cluster: Self.writeText(texts[record.cluster], into: &room)
    case .subcluster: Self.writeText(texts[record.subcluster], into: &room)
    case .backend: Self.writeText(texts[record.backend], into: &room)
    case .client: Self.writeText(texts[record.client], into: &room)
    case .peer:
      Self.writeText(texts[record.peer.isEmpty ? record.client : record.peer], into: &room)
    case .method: Self.writeText(texts[record.method], into: &room)
    case .target: Self.writeText(texts[record.target], into: &room)
    case .path: Self.writeText(texts[record.path], into: &room)
    case .host: Self.writeText(texts[record.host], into: &room)
    case .proto: room.append(record.proto.name.octets)
    case .status: room.append(decimal: UInt64(record.status))
    case .bytesIn: room.append(decimal: record.bytesIn)
    case .bytesOut: room.append(decimal: record.bytesOut)
    case .duration: Self.writeSeconds(record.duration, into: &room)
    case .requestID: Self.writeText(texts[record.requestID], into: &room)
    case .attempts: room.append(decimal: UInt64(record.attempts))
    case .end: Self.writeText((record.end?.rawValue ?? "").utf8.span, into: &room)
    case .userAgent: Self.writeText(texts[record.userAgent], into: &room)
    case .referer: Self.writeText(texts[record.referer], into: &room)
    case .termination:
      room.append(record.termination.source.rawValue)
      room.append(record.termination.phase.rawValue)
    case .waitTime: Self.writeTime(record.times.wait, into: &room)
    case .headTime: Self.writeTime(record.times.head, into: &room)
    case .queueTime: Self.writeTime(record.times.queue, into: &room)
    case .connectTime: Self.writeTime(record.times.connect, into: &room)
    case .requestTime: Self.writeTime(record.times.request, into: &room)
    case .backendTime: Self.writeTime(record.times.backend, into: &room)
    case .responseTime: Self.writeTime(record.times.response, into: &room)
    case .tlsVersion: Self.writeText(texts[record.tlsVersion], into: &room)
    case .tlsCipher: Self.writeText(texts[record.tlsCipher], into: &room)
    case .traceID:
      if let trace = record.trace {
        trace.writeTraceID(into: &room)
      } else {
        room.append(.hyphen)
      }
    case .spanID:
      if let trace = record.trace {
        TraceParent.write(trace.span, into: &room)
      } else {
        room.append(.hyphen)
      }
    }
  }

  private static func writeTime(_ time: Int64, into room: inout OutputRoom) {
    if time < 0 { room.append(.hyphen) } else { room.append(decimal: UInt64(time)) }
  }

  private static func writeText(_ text: Span<UInt8>, into room: inout OutputRoom) {
    if text.isEmpty { return room.append(.hyphen) }
    LogEscaping.writeText(text, into: &room)
  }

  /// Seconds with microseconds, `0.001234`.
  private static func writeSeconds(_ microseconds: UInt64, into room: inout OutputRoom) {
    room.append(decimal: microseconds / 1_000_000)
    room.append(.period)
    room.append(decimal: microseconds % 1_000_000, digits: 6)
  }
}
