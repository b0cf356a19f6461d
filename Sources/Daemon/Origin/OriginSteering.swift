import Configuration

/// What a request asks of the demo origin, in its query.
struct OriginSteering: Equatable, Sendable {
  enum Content: Equatable, Sendable {
    /// JSON that tells what was received.
    case echo
    /// So many octets with Content-Length (`size=1MiB`), in chunks (`chunked=1MiB`), or up to the
    /// end of the connection (`close_delimited=1000`).
    case length(Int), chunked(Int), closeDelimited(Int)
    /// Chunks that come one by one: `chunks=10&interval=50ms`.
    case stream(chunks: Int, interval: Duration)
  }

  /// `fail=…`
  enum Failure: String, Sendable, CaseIterable {
    /// The connection is reset.
    case reset
    /// The content ends before its length.
    case truncate
    /// What is sent is no response.
    case garbage
    /// Nothing is ever sent.
    case silent
  }

  /// Time before the head: `delay=200ms`.
  var delay = Duration.zero
  /// `status=503`
  var status: UInt16 = 200
  var content = Content.echo
  /// Ends the connection after the response: `close=1`.
  var closes = false
  var failure: Failure?
  /// Answers before the request's content has been read: `early=1`.
  var answersEarly = false
  /// Whether the request's content is read at all: `drain=0` leaves it.
  var readsContent = true
  /// An interim response before the response: `informational=103`.
  var informational: UInt16?

  /// A parameter whose value makes no sense.
  struct Problem: Error, Equatable {
    let parameter: String
  }

  private static let mostOctets = 1 << 40
  private static let mostChunks = 1_000_000

  /// - Parameter query: With or without its `?`. Parameters that are not known are let be.
  init(query: String) throws(Problem) {
    var interval = Duration.zero
    var chunks: Int?
    for parameter in query.drop(while: { $0 == "?" }).split(separator: "&") {
      let parts = parameter.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let value = parts.count == 2 ? String(parts[1]) : ""
      func needed<Value>(_ parsed: Value?) throws(Problem) -> Value {
        guard let parsed else { throw Problem(parameter: String(parameter)) }
        return parsed
      }
      switch parts[0] {
      case "delay": delay = try needed(Self.duration(value))
      case "interval": interval = try needed(Self.duration(value))
      case "size": content = .length(try needed(Self.octets(value)))
      case "chunked": content = .chunked(try needed(Self.octets(value)))
      case "close_delimited": content = .closeDelimited(try needed(Self.octets(value)))
      case "chunks": chunks = try needed(Self.number(value, in: 0...Self.mostChunks))
      case "status": status = UInt16(try needed(Self.number(value, in: 200...599)))
      case "informational": informational = UInt16(try needed(Self.number(value, in: 102...199)))
      case "fail": failure = try needed(Failure(rawValue: value))
      case "close": closes = try needed(Self.number(value, in: 0...1)) == 1
      case "early": answersEarly = try needed(Self.number(value, in: 0...1)) == 1
      case "drain": readsContent = try needed(Self.number(value, in: 0...1)) == 1
      default: break
      }
    }
    if let chunks { content = .stream(chunks: chunks, interval: interval) }
  }

  private static func number(_ text: String, in range: ClosedRange<Int>) -> Int? {
    Int(text).flatMap { range.contains($0) ? $0 : nil }
  }

  /// `1MiB`, or a number of octets.
  private static func octets(_ text: String) -> Int? {
    let count = Int(text) ?? (try? parseSize(text))
    return count.flatMap { (0...mostOctets).contains($0) ? $0 : nil }
  }

  private static func duration(_ text: String) -> Duration? {
    let duration = try? parseDuration(text)
    return duration.flatMap { $0 <= .seconds(3600) ? $0 : nil }
  }
}
