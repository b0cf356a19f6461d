import Bytes
import HTTP1
import HTTPSemantics

/// Writes a backend's response head anew for a client: nothing of it is copied blindly.
enum ResponseForwarder {
  /// What an HTTP/1.x connection makes of the response.
  struct Form {
    /// `.untilClose`: neither a length nor chunks.
    let framing: MessageFraming
    /// Whether the connection closes after it.
    let closes: Bool
    let isHTTP10: Bool
    /// Whether the client gets trailers.
    let keepsTrailers: Bool
  }

  /// What is added to responses that lack it.
  struct Additions {
    /// The value of `Date`.
    let date: [UInt8]
    /// Our member of `Via`.
    let via: [UInt8]
    /// Whether a response without `Server` gets ours.
    let server: Bool
    /// The value of a `Set-Cookie` of ours; empty for none.
    let cookie: [UInt8]
    /// Tries with backends; 0: it is not told.
    let attempts: UInt32
  }

  /// Writes the whole head for an HTTP/1.x client, over what `output` holds.
  ///
  /// - Parameter bytes: What the offsets of `head` count in.
  static func write(
    _ head: borrowing ResponseHead, _ bytes: Span<UInt8>, form: Form, adding additions: Additions,
    into output: inout OutputBuffer
  ) {
    output.removeAll()
    if head.reason.isEmpty {
      output.appendStatusLine(StatusCode(rawValue: head.status))
    } else {
      output.appendStatusLine(head.status, reason: bytes[head.reason])
    }
    writeFields(
      head, bytes, hasContent: form.framing != .none, keepsTrailers: form.keepsTrailers,
      adding: additions, into: &output)
    switch form.framing {
    case .none, .untilClose: break
    case .length(let length): output.appendField("Content-Length", decimal: length)
    case .chunked: output.append("Transfer-Encoding: chunked\r\n")
    }
    if form.closes {
      output.append("Connection: close\r\n")
    } else if form.isHTTP10 {
      output.append("Connection: keep-alive\r\n")
    }
    output.append("\r\n")
  }

  /// Writes a backend's consent to a tunnel for an HTTP/1.1 client, over what `output` holds.
  static func writeConsent(
    _ head: borrowing ResponseHead, _ bytes: Span<UInt8>, adding additions: Additions,
    into output: inout OutputBuffer
  ) {
    output.removeAll()
    output.appendStatusLine(head.status, reason: bytes[head.reason])
    writeFields(
      head, bytes, hasContent: true, keepsTrailers: false, adding: additions, into: &output)
    output.append("Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
  }

  /// Writes the fields that go on and those that are ours, but for framing and connection.
  static func writeFields<Writer: FieldWriter & ~Copyable>(
    _ head: borrowing ResponseHead, _ bytes: Span<UInt8>, hasContent: Bool, keepsTrailers: Bool,
    adding additions: Additions, into writer: inout Writer
  ) {
    for index in head.fields.lines.indices {
      let line = head.fields.lines[index]
      if line.isHopByHop { continue }
      switch line.id {
      // Whoever frames the content says how long it is; without content (HEAD, 304) the field says
      // what there would have been, but a 204 must have none (RFC 9110 §8.6).
      case .contentLength where hasContent || head.status == 204: continue
      case .trailer where !keepsTrailers: continue
      default: writer.writeField(line, name: bytes[line.name], value: bytes[line.value])
      }
    }
    if !head.fields.contains(.date) {
      writer.writeField(.date, "Date", value: additions.date.span)
    }
    if additions.server, !head.fields.contains(.server) {
      let server: [UInt8] = Self.server
      writer.writeField(.server, "Server", value: server.span)
    }
    if !additions.cookie.isEmpty {
      writer.writeField(.setCookie, "Set-Cookie", value: additions.cookie.span)
    }
    writer.writeField(.via, "Via", value: additions.via.span)
    if additions.attempts > 0 { writeAttempts(additions.attempts, into: &writer) }
  }

  private static func writeAttempts<Writer: FieldWriter & ~Copyable>(
    _ attempts: UInt32, into writer: inout Writer
  ) {
    let value = Array("\(attempts)".utf8)
    writer.writeField(.other, "Portico-Attempts", value: value.span)
  }

  private static let server = Array("portico".utf8)

  /// Writes an interim response for an HTTP/1.1 client: as it is, but for connection-level fields.
  static func writeInterim(
    _ head: borrowing ResponseHead, _ bytes: Span<UInt8>, into output: inout OutputBuffer
  ) {
    output.removeAll()
    output.appendStatusLine(head.status, reason: bytes[head.reason])
    writeInterimFields(head, bytes, into: &output)
    output.append("\r\n")
  }

  static func writeInterimFields<Writer: FieldWriter & ~Copyable>(
    _ head: borrowing ResponseHead, _ bytes: Span<UInt8>, into writer: inout Writer
  ) {
    for index in head.fields.lines.indices {
      let line = head.fields.lines[index]
      if line.isHopByHop || line.id == .contentLength { continue }
      writer.writeField(line, name: bytes[line.name], value: bytes[line.value])
    }
  }
}
