import Bytes
import EventLoop
import HTTP1
import HTTPSemantics

/// One exchange of the demo origin.
struct OriginAnswer {
  private let connection: ServerConnection
  private let name: String

  /// What content is made of.
  private static let pattern: [UInt8] = (0..<(64 * 1024)).map { index in
    index % 64 == 63 ? UInt8(ascii: "\n") : UInt8(ascii: "a") + UInt8(index % 26)
  }

  init(_ connection: ServerConnection, name: String) {
    self.connection = connection
    self.name = name
  }

  /// - Returns: Whether the connection is still good for anything.
  func run() async -> Bool {
    let head = connection.headBytes
    let steering: OriginSteering
    do throws(OriginSteering.Problem) {
      steering = try OriginSteering(query: String(octets: head.span[connection.head.query]))
    } catch {
      connection.closeAfterResponse()
      let text = "cannot make sense of \(error.parameter)\n"
      return await connection.respond(.badRequest, type: "text/plain", content: Array(text.utf8))
    }
    var echo = OriginEcho(name: name, head: connection.head, octets: head.span)
    if !steering.answersEarly, steering.readsContent {
      guard await read(into: &echo) else { return false }
    }
    guard await pause(steering.delay) else { return false }
    if let failure = steering.failure {
      await fail(failure)
      return false
    }
    // Who waited for 100 (Continue) and got this may send its content or not: nobody could tell.
    let readsOn =
      steering.answersEarly && steering.readsContent && !connection.head.expectsContinue
    if steering.closes || (connection.machine.awaitsContent && !readsOn) {
      connection.closeAfterResponse()
    }
    guard await respond(steering, echo) else { return false }
    return readsOn ? await read(into: &echo) : true
  }

  private func read(into echo: inout OriginEcho) async -> Bool {
    while true {
      switch await connection.nextContent() {
      case .octets(let count): echo.bodyLength += count
      case .failed: return false
      case .end:
        if let trailers = connection.trailers { echo.add(trailers) }
        return true
      }
    }
  }

  /// - Returns: Whether the client is still there.
  private func pause(_ duration: Duration) async -> Bool {
    guard duration > .zero else { return true }
    return await wait(until: connection.transport.loop.now + Interval(duration))
  }

  private func wait(until deadline: Instant) async -> Bool {
    let transport = connection.transport
    if transport.isPeerClosed { return false }
    let point = WaitPoint(on: transport.loop)
    transport.abortedByHangUp = point
    defer { transport.abortedByHangUp = nil }
    return await point.wait(until: deadline) != .aborted
  }

  private func fail(_ failure: OriginSteering.Failure) async {
    connection.abandon()
    switch failure {
    case .reset: connection.transport.resetOnClose()
    case .silent: _ = await wait(until: .never)
    case .truncate:
      connection.output.append("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhello")
      _ = await connection.flush()
    case .garbage:
      connection.output.append("this is no HTTP\r\n\r\n")
      _ = await connection.flush()
    }
  }

  // MARK: The response

  private func respond(_ steering: OriginSteering, _ echo: OriginEcho) async -> Bool {
    if let status = steering.informational, connection.head.minorVersion > 0 {
      connection.output.appendStatusLine(StatusCode(rawValue: status))
      connection.output.append("Link: </style.css>; rel=preload\r\n\r\n")
      connection.sentInterimResponse()
    }
    let status = StatusCode(rawValue: steering.status)
    switch steering.content {
    case .echo:
      if status == .noContent || status == .notModified {
        guard await begin(status, .none) else { return false }
        return await end(.none)
      }
      return await connection.respond(
        status, type: "application/json", content: Array(echo.json.utf8))
    case .length(let count): return await send(count, status, .length(UInt64(count)))
    case .chunked(let count): return await send(count, status, .chunked)
    case .closeDelimited(let count): return await send(count, status, .untilClose)
    case .stream(let chunks, let interval):
      return await stream(chunks, every: interval, status)
    }
  }

  /// Content of one kind of framing, as fast as the client takes it.
  private func send(
    _ count: Int, _ status: StatusCode, _ wanted: MessageFraming
  ) async -> Bool {
    let framing = possible(wanted)
    guard await begin(status, framing) else { return false }
    var left = hasContent ? count : 0
    while left > 0 {
      let size = min(left, Self.pattern.count)
      guard await sendPiece(size, framing) else { return false }
      left -= size
    }
    return await end(framing)
  }

  /// Small chunks, one after the other.
  private func stream(
    _ chunks: Int, every interval: Duration, _ status: StatusCode
  ) async -> Bool {
    let framing = possible(.chunked)
    guard await begin(status, framing) else { return false }
    for index in 0..<(hasContent ? chunks : 0) {
      if index > 0 { guard await pause(interval) else { return false } }
      guard await sendPiece(64, framing) else { return false }
    }
    return await end(framing)
  }

  private var hasContent: Bool { connection.head.method != .head }

  /// HTTP/1.0 has no chunks.
  private func possible(_ framing: MessageFraming) -> MessageFraming {
    framing == .chunked && connection.head.minorVersion == 0 ? .untilClose : framing
  }

  private func begin(_ status: StatusCode, _ framing: MessageFraming) async -> Bool {
    if framing == .untilClose { connection.closeAfterResponse() }
    connection.beginResponse(isPersistent: true, hasContent: true)
    connection.output.appendStatusLine(status)
    switch framing {
    case .none: break
    case .length(let length): connection.output.appendField("Content-Length", decimal: length)
    case .chunked: connection.output.append("Transfer-Encoding: chunked\r\n")
    case .untilClose: break
    }
    if framing != .none { connection.output.append("Content-Type: text/plain\r\n") }
    connection.appendConnection()
    connection.output.append("\r\n")
    return await connection.flush()
  }

  private func sendPiece(_ size: Int, _ framing: MessageFraming) async -> Bool {
    let pattern = Self.pattern
    guard framing == .chunked else {
      return await connection.flush(pattern.span.extracting(0..<size))
    }
    connection.output.appendChunkHead(size: size)
    guard await connection.flush(pattern.span.extracting(0..<size)) else { return false }
    connection.output.append("\r\n")
    return await connection.flush()
  }

  private func end(_ framing: MessageFraming) async -> Bool {
    connection.endResponse()
    if framing == .chunked, hasContent { connection.output.appendLastChunk() }
    return await connection.flush()
  }
}
