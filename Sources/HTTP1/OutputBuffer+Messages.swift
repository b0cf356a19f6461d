public import Bytes
public import HTTPSemantics

/// Writes the parts of HTTP/1.1 messages. Nothing here is checked: what is written has been parsed,
/// or is our own.
extension OutputBuffer {
  /// `name: value` and CRLF.
  public mutating func appendField(name: Span<UInt8>, value: Span<UInt8>) {
    appendFieldLine(name: name, value: value)
  }

  /// `name: value` and CRLF.
  public mutating func appendField(_ name: StaticString, _ value: StaticString) {
    append(name)
    append(": ")
    append(value)
    append("\r\n")
  }

  /// `name: value` and CRLF.
  public mutating func appendField(_ name: StaticString, value: Span<UInt8>) {
    appendFieldLine(name: name, value: value)
  }

  /// `name: value` and CRLF, the value in decimal.
  public mutating func appendField(_ name: StaticString, decimal value: UInt64) {
    append(name)
    append(": ")
    append(decimal: value)
    append("\r\n")
  }

  /// `method target HTTP/1.1` and CRLF.
  public mutating func appendRequestLine(method: Span<UInt8>, target: Span<UInt8>) {
    append(method)
    append(.space)
    append(target)
    append(" HTTP/1.1\r\n")
  }

  /// `HTTP/1.1 status reason` and CRLF, with the standard reason phrase.
  public mutating func appendStatusLine(_ status: StatusCode) {
    if status == .ok { return append("HTTP/1.1 200 OK\r\n") }
    appendStatus(status.rawValue)
    append(status.reasonPhrase)
    append("\r\n")
  }

  /// `HTTP/1.1 status reason` and CRLF.
  public mutating func appendStatusLine(_ status: UInt16, reason: Span<UInt8>) {
    appendStatus(status)
    append(reason)
    append("\r\n")
  }

  /// The size line of a chunk of `size` octets. The chunk's data and a CRLF follow.
  ///
  /// - Precondition: `size` is not 0, which would end the content.
  public mutating func appendChunkHead(size: Int) {
    precondition(size > 0)
    append(hexadecimal: UInt64(size))
    append("\r\n")
  }

  /// The chunk that ends the content, those fields of the trailer section that may be forwarded,
  /// and the empty line.
  public mutating func appendLastChunk(trailers: TrailerSection? = nil) {
    append("0\r\n")
    if let trailers {
      let octets = trailers.octets.span
      for index in trailers.fields.lines.indices {
        let line = trailers.fields.lines[index]
        if !line.isHopByHop { appendField(name: octets[line.name], value: octets[line.value]) }
      }
    }
    append("\r\n")
  }

  private mutating func appendStatus(_ status: UInt16) {
    append("HTTP/1.1 ")
    append(decimal: UInt64(status))
    append(.space)
  }
}
