import Bytes
import HTTP1
import HTTPSemantics

/// Writes a backend's response head anew for an HTTP/1.x client: nothing of it is copied blindly.
enum ResponseForwarder {
  /// What the connection to this client makes of the response.
  struct Form {
    /// `.untilClose`: neither a length nor chunks.
    let framing: MessageFraming
    /// Whether the connection closes after it.
    let closes: Bool
    let isHTTP10: Bool
    /// Whether the client gets trailers.
    let keepsTrailers: Bool
    /// Whether a response without `Server` gets ours.
    let addsServer: Bool
  }

  /// Writes over what `output` holds.
  ///
  /// - Parameters:
  ///   - bytes: What the offsets of `head` count in.
  ///   - via: Our `Via` line, complete.
  ///   - date: Our `Date` line, complete, for a response without one.
  static func write(
    _ head: borrowing ResponseHead, _ bytes: Span<UInt8>, form: Form, via: [UInt8],
    date: [UInt8], into output: inout OutputBuffer
  ) {
    output.removeAll()
    output.appendStatusLine(head.status, reason: bytes[head.reason])
    for index in head.fields.lines.indices {
      let line = head.fields.lines[index]
      if line.isHopByHop { continue }
      switch line.id {
      case .contentLength:
        // Ours follows; without content (HEAD, 304) it says what there would have been, but a 204
        // must have none (RFC 9110 §8.6).
        guard form.framing == .none, head.status != 204 else { continue }
        output.appendField(name: bytes[line.name], value: bytes[line.value])
      case .trailer where !form.keepsTrailers: continue
      default: output.appendField(name: bytes[line.name], value: bytes[line.value])
      }
    }
    if !head.fields.contains(.date) { output.append(date) }
    if form.addsServer, !head.fields.contains(.server) { output.append("Server: portico\r\n") }
    output.append(via)
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

  /// An interim response goes on as it is, but for connection-level fields.
  static func writeInterim(
    _ head: borrowing ResponseHead, _ bytes: Span<UInt8>, into output: inout OutputBuffer
  ) {
    output.removeAll()
    output.appendStatusLine(head.status, reason: bytes[head.reason])
    for index in head.fields.lines.indices {
      let line = head.fields.lines[index]
      if line.isHopByHop || line.id == .contentLength { continue }
      output.appendField(name: bytes[line.name], value: bytes[line.value])
    }
    output.append("\r\n")
  }
}
