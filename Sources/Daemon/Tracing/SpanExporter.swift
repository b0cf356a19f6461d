import Addressing
import Bytes
import Configuration
import EventLoop
import HTTP1
import HTTPSemantics
import Proxy
import System

/// Sends what the workers have traced to a collector, in batches, on the control loop.
///
/// A batch that the collector does not take is dropped and counted: spans are not worth memory
/// without bound.
final class SpanExporter {
  private let loop: EventLoop
  private let rings: [AccessLogRing]
  /// nil: nothing is collected any more; what is still in the rings is dropped.
  var config: TracingConfig?
  private(set) var exported: UInt64 = 0
  private(set) var dropped: UInt64 = 0
  /// Why the last batch was not taken; nil when it was.
  private(set) var failure: String?

  /// Spans of one batch at most: collectors limit what they take.
  static let mostSpans = 512
  static let pause = Interval.seconds(1)
  private static let patience = Interval.seconds(5)

  init(_ rings: [AccessLogRing], on loop: EventLoop) {
    self.rings = rings
    self.loop = loop
  }

  /// Sends all that is there now. After a batch that is not taken, the others are dropped, too:
  /// each would wait as long.
  ///
  /// - Returns: Whether the collector has begun to fail, or to take batches again.
  func sendAll() async -> Bool {
    let before = failure
    var isTaken = true
    for ring in rings {
      dropped &+= ring.takeDropped()
      var octets = 0
      // No more than were there at first, lest a busy worker keep us from the others.
      while octets < AccessLogRing.defaultCapacity {
        var spans = OutputBuffer(capacity: 0)
        let taken = ring.take(upTo: Self.piece) { SpanFormat.write($0, $1, into: &spans) }
        if taken == 0 { break }
        octets += taken
        isTaken = await send(spans, whileTaken: isTaken)
      }
    }
    return (before == nil) != (failure == nil)
  }

  /// Octets of records that are made spans of at once: what many of them take is the loop's time.
  private static let piece = 128 * 1024

  /// Sends `spans`, one a line, unless one batch was not taken already.
  ///
  /// - Returns: Whether all batches so far were taken.
  private func send(_ spans: borrowing OutputBuffer, whileTaken: Bool) async -> Bool {
    guard let config, let collector = config.collector, let address = SocketAddress(collector)
    else {
      dropped &+= UInt64(spans.span.lineCount())
      return whileTaken
    }
    let authority = Self.authority(of: collector)
    var (isTaken, start) = (whileTaken, 0)
    while start < spans.count {
      let (batch, count, end) = Self.batch(of: spans.span, from: start, config)
      start = end
      if isTaken { isTaken = await send(batch, to: address, authority, config.path) }
      if isTaken { exported &+= count } else { dropped &+= count }
    }
    return isTaken
  }

  /// - Returns: A request's content with up to ``mostSpans`` of the spans that begin at `start`,
  ///   how many they are, and where the next begins.
  static func batch(
    of spans: Span<UInt8>, from start: Int, _ config: TracingConfig
  ) -> (content: [UInt8], count: UInt64, end: Int) {
    var content = OutputBuffer(capacity: 64 * 1024)
    content.append("{\"resourceSpans\":[{\"resource\":{\"attributes\":[{\"key\":\"service.name\",")
    content.append("\"value\":{\"stringValue\":")
    content.append(JSONText.string(config.service))
    content.append("}}]},\"scopeSpans\":[{\"scope\":{\"name\":\"portico\"},\"spans\":[")
    var position = start
    var count: UInt64 = 0
    while position < spans.count, count < UInt64(mostSpans) {
      let end = spans.firstIndex(of: .lineFeed, from: position, to: spans.count)
      if count > 0 { content.append(",") }
      content.append(spans.extracting(position..<end))
      position = end + 1
      count += 1
    }
    content.append("]}]}]}")
    return (content.array, count, min(position, spans.count))
  }

  /// What a request to `collector` names as its host (RFC 9112 §3.2). One on a unix socket has no
  /// name.
  static func authority(of collector: Endpoint) -> String {
    if case .unix = collector { "localhost" } else { "\(collector)" }
  }

  /// - Returns: Whether the collector has taken the batch.
  private func send(
    _ content: [UInt8], to address: SocketAddress, _ authority: String, _ path: String
  ) async -> Bool {
    do throws(TransportError) {
      let status = try await post(content, to: address, authority, path)
      failure =
        switch status {
        case 200..<300: nil
        case 0: "it sent no answer of HTTP"
        case _: "it answered \(status)"
        }
    } catch {
      switch error {
      case .broken(let code): failure = errorText(code)
      case .timedOut, .aborted: failure = "it does not answer"
      }
    }
    return failure == nil
  }

  /// Writes all of it until then, however slowly it is taken.
  private func send(
    _ octets: [UInt8], over transport: Transport, until deadline: Instant
  ) async throws(TransportError) {
    var sent = 0
    while sent < octets.count {
      switch transport.tryWrite(octets.span.extracting(sent..<octets.count), Span()) {
      case .failed(let code): throw .broken(code)
      case .octets(let count): sent += count
      }
      if sent < octets.count { try await transport.waitUntilWritable(until: deadline) }
    }
  }

  /// - Returns: The status; 0 for what is no response.
  private func post(
    _ content: [UInt8], to address: SocketAddress, _ authority: String, _ path: String
  ) async throws(TransportError) -> UInt16 {
    let deadline = loop.now + Self.patience
    let transport = try Transport.connecting(to: address, on: loop)
    defer { transport.close() }
    try await transport.finishConnecting(until: deadline)
    var head = OutputBuffer()
    head.append("POST ")
    head.append(path)
    head.append(" HTTP/1.1\r\nHost: ")
    head.append(authority)
    head.append("\r\nContent-Type: application/json\r\n")
    head.append("Connection: close\r\n")
    head.appendField("Content-Length", decimal: UInt64(content.count))
    head.append("\r\n")
    try await send(head.array + content, over: transport, until: deadline)
    let buffer = ByteBuffer(capacity: 16 * 1024)
    var length = 0
    var response = ResponseHead()
    var parser = ResponseHeadParser(limits: .response)
    while length < buffer.capacity {
      let count = try await transport.read(into: buffer, from: length, until: deadline)
      if count == 0 { return 0 }
      length += count
      let octets = buffer.span.extracting(0..<length)
      guard let isWhole = try? parser.parse(octets, requestMethod: .post, into: &response) else {
        return 0
      }
      if isWhole { return response.status }
    }
    return 0
  }
}
