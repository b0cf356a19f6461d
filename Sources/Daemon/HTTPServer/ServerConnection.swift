import Bytes
import EventLoop
import HTTP1
import HTTPSemantics

/// One client's connection to a small HTTP/1.1 server of the daemon's own: the control socket, or
/// the demo origin.
///
/// Requests are read and answered one after the other; what a client sends ahead waits in the
/// buffer.
final class ServerConnection {
  enum Received {
    case request
    /// The octets are no request.
    case refused(StatusCode)
    case gone
  }

  enum Content: Equatable {
    /// So many octets, which are not kept.
    case octets(Int)
    case end
    /// The client has gone, took too long, or broke its framing.
    case failed
  }

  /// How long a client may take for its next octets, or to take ours.
  static let patience = Interval.seconds(75)

  let transport: Transport
  /// The request being answered. Its ranges are offsets into ``headBytes``.
  private(set) var head = RequestHead()
  private(set) var headBytes: [UInt8] = []
  /// What is about to be sent; ``flush()`` sends it.
  var output = OutputBuffer()
  private(set) var machine = ServerConnectionMachine()

  private let buffer = ByteBuffer(capacity: BufferPool.largeBufferOctets)
  private var unread = 0..<0
  private var parser = RequestHeadParser(limits: HeadLimits())
  private var decoder = BodyDecoder(.none)
  private var owesContinue = false

  init(_ transport: Transport) { self.transport = transport }

  private var deadline: Instant { transport.loop.now + Self.patience }

  /// The trailer section of the request, once its content has been read.
  var trailers: TrailerSection? { decoder.trailers }

  /// Whether another request can follow the one that has been answered.
  var awaitsRequest: Bool { machine.next == .awaitRequest }

  // MARK: Receiving

  /// - Parameter limit: How long the next head may take in all, counted from its first octet, the
  ///   first one from the beginning; nil: as long as octets keep coming.
  func receiveRequest(headWithin limit: Interval? = nil) async -> Received {
    var end = Instant.never
    while true {
      if let limit, end == .never, !unread.isEmpty || headBytes.isEmpty {
        end = transport.loop.now + limit
      }
      do throws(RequestError) {
        if try parseHead() { return .request }
      } catch {
        machine.receivedRequestHead(isPersistent: false, hasContent: false)
        return .refused(error.status)
      }
      guard await receive(until: end) else { return .gone }
    }
  }

  private func parseHead() throws(RequestError) -> Bool {
    guard !unread.isEmpty else { return false }
    let buffer = self.buffer
    let bytes = buffer.span.extracting(unread)
    guard try parser.parse(bytes, into: &head) else { return false }
    headBytes = (0..<head.length).map { bytes[$0] }
    unread = (unread.lowerBound + head.length)..<unread.upperBound
    decoder = BodyDecoder(head.framing)
    owesContinue = head.expectsContinue
    machine.receivedRequestHead(
      isPersistent: head.isPersistent, hasContent: !decoder.isComplete)
    return true
  }

  /// Reads the next piece of the request's content, after asking for it if the client waits for
  /// that.
  func nextContent() async -> Content {
    while !decoder.isComplete {
      var position = unread.lowerBound
      do throws(BodyError) {
        let buffer = self.buffer
        let event = try decoder.next(
          in: buffer.span.extracting(0..<unread.upperBound), at: &position)
        unread = position..<unread.upperBound
        switch event {
        case .data(let range): return .octets(range.count)
        case .end: break
        case .needMoreBytes:
          guard await sendContinue(), await receive() else { return fail() }
        }
      } catch {
        return fail()
      }
    }
    if machine.awaitsContent { machine.receivedRequestEnd() }
    return .end
  }

  private func fail() -> Content {
    machine.failed()
    return .failed
  }

  /// Reads what comes next behind what is there.
  ///
  /// - Returns: Whether anything came.
  private func receive(until end: Instant = .never) async -> Bool {
    if unread.isEmpty {
      unread = 0..<0
    } else if unread.lowerBound > 0 {
      buffer.move(unread, to: 0)
      unread = 0..<unread.count
    }
    // A head that fills the buffer is beyond the limits, so the parser has refused it.
    guard unread.upperBound < buffer.capacity else { return false }
    do throws(TransportError) {
      let count = try await transport.read(
        into: buffer, from: unread.upperBound, until: min(deadline, end))
      unread = unread.lowerBound..<(unread.upperBound + count)
      return count > 0
    } catch {
      return false
    }
  }

  private func sendContinue() async -> Bool {
    guard owesContinue, !machine.hasSentResponseHead else { return true }
    owesContinue = false
    output.append("HTTP/1.1 100 Continue\r\n\r\n")
    machine.sentInterimResponse()
    return await flush()
  }

  // MARK: Sending

  /// Takes note of the response's head, which the caller has put into ``output``.
  func beginResponse(isPersistent: Bool, hasContent: Bool) {
    machine.sentResponseHead(isPersistent: isPersistent, hasContent: hasContent)
  }

  func endResponse() { machine.sentResponseEnd() }

  func sentInterimResponse() { machine.sentInterimResponse() }

  /// The connection ends after this response.
  func closeAfterResponse() { machine.closeAfterResponse() }

  /// Nothing more can be said on it.
  func abandon() { machine.failed() }

  /// Sends ``output`` and then `content`.
  ///
  /// - Returns: Whether the client took it.
  func flush(_ content: Span<UInt8> = Span()) async -> Bool {
    var sent = OutputBuffer()
    swap(&sent, &output)
    do throws(TransportError) {
      try await transport.write(sent.span, content, stall: Self.patience)
    } catch {
      machine.failed()
      return false
    }
    sent.removeAll()
    swap(&sent, &output)
    return true
  }

  /// A whole response with its content, in one piece.
  ///
  /// - Parameter fields: Further field lines, each with its CRLF.
  func respond(
    _ status: StatusCode, type: StaticString, content: [UInt8], fields: String = ""
  ) async -> Bool {
    // As if without content: what there is goes out in one piece with the head.
    machine.sentResponseHead(isPersistent: true, hasContent: false)
    output.appendStatusLine(status)
    output.appendField("Content-Type", type)
    output.appendField("Content-Length", decimal: UInt64(content.count))
    output.append(fields)
    appendConnection()
    output.append("\r\n")
    if head.method != .head { output.append(content) }
    return await flush()
  }

  /// Tells the client whether the connection goes on, where the version alone does not.
  func appendConnection() {
    if machine.isClosing {
      output.append("Connection: close\r\n")
    } else if head.minorVersion == 0 {
      output.append("Connection: keep-alive\r\n")
    }
  }

  /// Ends the connection, after a while in which a client that is still sending can read our
  /// answer: closing at once would reset it (RFC 9112 §9.6).
  func close() async {
    if !unread.isEmpty || machine.awaitsContent {
      transport.shutDownSending()
      let end = transport.loop.now + .seconds(2)
      while transport.loop.now < end {
        do throws(TransportError) {
          if try await transport.read(into: buffer, from: 0, until: end) == 0 { break }
        } catch {
          break
        }
      }
    }
    transport.close()
  }
}
