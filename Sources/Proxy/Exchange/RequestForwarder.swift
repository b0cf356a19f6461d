import Addressing
import Bytes
import Configuration
import HTTP1
import HTTPSemantics

/// Writes a request head anew for a backend: hop-by-hop fields go, one Host, one framing, and what
/// we say about the client.
struct RequestForwarder {
  let request: Request
  let listener: ListenerRuntime
  let cluster: ClusterRuntime
  let backend: BackendRuntime
  /// nil: what the client says of traces goes on as it is.
  let trace: Trace?

  /// Writes the whole head for an HTTP/1.1 backend, over what `output` holds.
  ///
  /// - Parameters:
  ///   - requestID: `X-Request-Id`; empty for none.
  ///   - scratch: Where values are put together.
  func write(
    requestID: borrowing OutputBuffer, scratch: inout OutputBuffer, into output: inout OutputBuffer
  ) {
    let buffer = request.buffer
    let bytes = buffer.span.extracting(request.base..<buffer.capacity)
    output.removeAll()
    writeRequestLine(bytes, into: &output)
    output.append("Host: ")
    writeAuthority(bytes, into: &output)
    output.append("\r\n")
    writeFields(bytes, requestID: requestID, scratch: &scratch, into: &output)
    if let tunnel = request.tunnel {
      tunnel.writeRequest(into: &output)
    } else {
      writeConnectionAndFraming(into: &output)
    }
    output.append("\r\n")
  }

  private func writeConnectionAndFraming(into output: inout OutputBuffer) {
    // TE is about this connection only, so Connection has to name it (RFC 9110 §10.1.4).
    if request.head.acceptsTrailers { output.append("TE: trailers\r\nConnection: TE\r\n") }
    switch request.head.framing {
    case .none, .untilClose: break
    case .length(let length): output.appendField("Content-Length", decimal: length)
    case .chunked: output.append("Transfer-Encoding: chunked\r\n")
    }
  }

  private func writeRequestLine(_ bytes: Span<UInt8>, into output: inout OutputBuffer) {
    // An extended CONNECT asks for what is an upgrade of GET here (RFC 8441 §5).
    if request.tunnel != nil {
      output.append("GET")
    } else {
      output.append(bytes[request.head.methodBytes])
    }
    output.append(.space)
    writeTarget(bytes, into: &output)
    output.append(" HTTP/1.1\r\n")
  }

  /// Appends the request target: the path that routes have matched, and the query.
  func writeTarget(_ bytes: Span<UInt8>, into output: inout OutputBuffer) {
    if request.head.form == .asterisk { return output.append("*") }
    if request.head.pathNeedsNormalizing {
      output.append(request.normalizedPath)
    } else {
      output.append(bytes[request.head.path])
    }
    output.append(bytes[request.head.query])
  }

  /// Appends what the backend sees as the authority.
  func writeAuthority(_ bytes: Span<UInt8>, into output: inout OutputBuffer) {
    switch cluster.hostPolicy {
    case .keep where !request.head.authority.isEmpty: output.append(bytes[request.head.authority])
    case .literal: output.append(cluster.hostLiteral)
    // HTTP/1.0 without Host, or as configured.
    case .keep, .backend: output.append(backend.hostField)
    }
  }

  /// Writes the fields that go on and those that are ours, but for framing and connection.
  ///
  /// - Parameter bytes: What the offsets of the request's head count in.
  func writeFields<Writer: FieldWriter & ~Copyable>(
    _ bytes: Span<UInt8>, requestID: borrowing OutputBuffer, scratch: inout OutputBuffer,
    into writer: inout Writer
  ) {
    // Not as a whole: a copy would retain its lists, whose memory all workers share.
    let adds = (
      xForwarded: listener.forwarding.xForwarded, forwarded: listener.forwarding.forwarded,
      requestID: listener.forwarding.requestID
    )
    let trusted = request.isTrusted
    var isFirstCookie = true
    for index in request.head.fields.lines.indices {
      let line = request.head.fields.lines[index]
      if line.isHopByHop { continue }
      switch line.id {
      case .host, .contentLength, .expect, .via: continue
      case .xForwardedFor where adds.xForwarded || !trusted: continue
      case .xForwardedProto, .xForwardedHost, .xForwardedPort, .xRealIP:
        if !trusted { continue }
      case .forwarded where adds.forwarded || !trusted: continue
      case .xRequestID where adds.requestID || !trusted: continue
      case .traceparent where trace != nil: continue
      case .tracestate where trace?.keepsState == false: continue
      case .trailer where request.head.framing != .chunked: continue
      // Crumbs of HTTP/2 are one line elsewhere (RFC 9113 §8.2.3).
      case .cookie where Writer.joinsCookies && request.version == .http2:
        if isFirstCookie { writeCookies(bytes, &scratch, into: &writer) }
        isFirstCookie = false
        continue
      case .maxForwards:
        if writeMaxForwards(bytes[line.value], &scratch, into: &writer) { continue }
      default: if isForbidden(bytes[line.name]) { continue }
      }
      writer.writeField(line, name: bytes[line.name], value: bytes[line.value])
    }
    if adds.xForwarded { writeXForwarded(bytes, &scratch, into: &writer) }
    if adds.forwarded { writeForwarded(bytes, &scratch, into: &writer) }
    if !requestID.isEmpty {
      writer.writeField(.xRequestID, "X-Request-Id", value: requestID.span)
    }
    if let trace {
      scratch.removeAll()
      trace.own.write(into: &scratch)
      writer.writeField(.traceparent, "traceparent", value: scratch.span)
    }
    writeVia(bytes, &scratch, into: &writer)
    guard let identity = request.identity else { return }
    for field in identity.fields {
      writer.writeField(
        FieldLine(name: ByteRange(), value: ByteRange(), id: .other), name: field.name.span,
        value: field.value.span)
    }
  }

  /// Whether a field says what only we may say: who the client is.
  private func isForbidden(_ name: Span<UInt8>) -> Bool {
    let forbidden = listener.forbiddenFields
    if forbidden.isEmpty { return false }
    return forbidden.contains { name.equalsIgnoringCase($0.span) }
  }

  private func writeCookies<Writer: FieldWriter & ~Copyable>(
    _ bytes: Span<UInt8>, _ scratch: inout OutputBuffer, into writer: inout Writer
  ) {
    scratch.removeAll()
    for index in request.head.fields.lines.indices {
      let line = request.head.fields.lines[index]
      guard line.id == .cookie else { continue }
      if !scratch.isEmpty { scratch.append("; ") }
      scratch.append(bytes[line.value])
    }
    writer.writeField(.cookie, "Cookie", value: scratch.span)
  }

  /// - Returns: Whether it was written; else the value is no number and goes on as it is.
  private func writeMaxForwards<Writer: FieldWriter & ~Copyable>(
    _ value: Span<UInt8>, _ scratch: inout OutputBuffer, into writer: inout Writer
  ) -> Bool {
    // Only TRACE and OPTIONS count down (RFC 9110 §7.6.2).
    guard request.head.method == .options, let count = value.decimalValue, count > 0 else {
      return false
    }
    scratch.removeAll()
    scratch.append(decimal: count - 1)
    writer.writeField(.maxForwards, "Max-Forwards", value: scratch.span)
    return true
  }
}
