import Addressing
import Bytes
import Configuration
import HTTP1
import HTTPSemantics

/// Writes a request head anew for an HTTP/1.1 backend: hop-by-hop fields go, one Host, one framing,
/// and what we say about the client.
struct RequestForwarder {
  let request: Request
  let listener: ListenerRuntime
  let cluster: ClusterRuntime
  let backend: BackendRuntime

  /// Writes over what `output` holds.
  ///
  /// - Parameter requestID: `X-Request-Id`; empty for none.
  func write(requestID: borrowing OutputBuffer, into output: inout OutputBuffer) {
    let forwarding = listener.forwarding
    let buffer = request.buffer
    let bytes = buffer.span.extracting(request.base..<buffer.capacity)
    output.removeAll()
    writeRequestLine(bytes, into: &output)
    writeHost(bytes, into: &output)
    let trusted = request.isTrusted
    for index in request.head.fields.lines.indices {
      let line = request.head.fields.lines[index]
      if line.isHopByHop { continue }
      switch line.id {
      case .host, .contentLength, .expect, .via: continue
      case .xForwardedFor where forwarding.xForwarded || !trusted: continue
      case .xForwardedProto, .xForwardedHost, .xForwardedPort, .xRealIP:
        if !trusted { continue }
      case .forwarded where forwarding.forwarded || !trusted: continue
      case .xRequestID where forwarding.requestID || !trusted: continue
      case .trailer where request.head.framing != .chunked: continue
      case .maxForwards: if writeMaxForwards(bytes[line.value], into: &output) { continue }
      default: break
      }
      output.appendField(name: bytes[line.name], value: bytes[line.value])
    }
    if forwarding.xForwarded { writeXForwarded(bytes, into: &output) }
    if forwarding.forwarded { writeForwarded(bytes, into: &output) }
    if !requestID.isEmpty { output.appendField("X-Request-Id", value: requestID.span) }
    writeVia(bytes, into: &output)
    // TE is about this connection only, so Connection has to name it (RFC 9110 §10.1.4).
    if request.head.acceptsTrailers { output.append("TE: trailers\r\nConnection: TE\r\n") }
    writeFraming(into: &output)
  }

  private func writeRequestLine(_ bytes: Span<UInt8>, into output: inout OutputBuffer) {
    let head = request.head
    output.append(bytes[head.methodBytes])
    output.append(.space)
    if head.form == .asterisk {
      output.append("*")
    } else {
      if head.pathNeedsNormalizing {
        output.append(request.normalizedPath)
      } else {
        output.append(bytes[head.path])
      }
      output.append(bytes[head.query])
    }
    output.append(" HTTP/1.1\r\n")
  }

  private func writeHost(_ bytes: Span<UInt8>, into output: inout OutputBuffer) {
    output.append("Host: ")
    switch cluster.hostPolicy {
    case .keep where !request.head.authority.isEmpty: output.append(bytes[request.head.authority])
    case .literal: output.append(cluster.hostLiteral)
    // HTTP/1.0 without Host, or as configured.
    case .keep, .backend: output.append(backend.hostField)
    }
    output.append("\r\n")
  }

  /// - Returns: Whether it was written; else the value is no number and goes on as it is.
  private func writeMaxForwards(_ value: Span<UInt8>, into output: inout OutputBuffer) -> Bool {
    // Only TRACE and OPTIONS count down (RFC 9110 §7.6.2).
    guard request.head.method == .options, let count = value.decimalValue, count > 0 else {
      return false
    }
    output.appendField("Max-Forwards", decimal: count - 1)
    return true
  }

  // MARK: About the client

  private func writeXForwarded(_ bytes: Span<UInt8>, into output: inout OutputBuffer) {
    let fields = request.head.fields
    let trusted = request.isTrusted
    if trusted, fields.contains(.xForwardedFor) {
      output.append("X-Forwarded-For: ")
      writeList(.xForwardedFor, bytes, into: &output)
      if let client = request.client {
        output.append(", ")
        client.write(into: &output)
      }
      output.append("\r\n")
    } else if let client = request.client {
      output.append("X-Forwarded-For: ")
      client.write(into: &output)
      output.append("\r\n")
    }
    if !(trusted && fields.contains(.xForwardedProto)) {
      output.appendField("X-Forwarded-Proto", request.scheme)
    }
    if !(trusted && fields.contains(.xForwardedHost)), !request.head.authority.isEmpty {
      output.appendField("X-Forwarded-Host", value: bytes[request.head.authority])
    }
  }

  private func writeForwarded(_ bytes: Span<UInt8>, into output: inout OutputBuffer) {
    output.append("Forwarded: ")
    if request.isTrusted, request.head.fields.contains(.forwarded) {
      writeList(.forwarded, bytes, into: &output)
      output.append(", ")
    }
    var address = OutputBuffer(capacity: 48)
    request.client?.write(into: &address)
    ForwardedElement.writeFor(address: address.span, into: &output)
    if !request.head.authority.isEmpty {
      output.append(";")
      ForwardedElement.writeHost(bytes[request.head.authority], into: &output)
    }
    output.append(";proto=")
    output.append(request.scheme)
    output.append("\r\n")
  }

  private func writeVia(_ bytes: Span<UInt8>, into output: inout OutputBuffer) {
    guard request.head.fields.contains(.via) else { return output.append(listener.via) }
    output.append("Via: ")
    writeList(.via, bytes, into: &output)
    output.append(", ")
    output.append(listener.viaMember)
    output.append("\r\n")
  }

  /// All values of a list field, as one list.
  private func writeList(
    _ id: FieldID, _ bytes: Span<UInt8>, into output: inout OutputBuffer
  ) {
    var isFirst = true
    for index in request.head.fields.lines.indices {
      let line = request.head.fields.lines[index]
      guard line.id == id, !line.isHopByHop else { continue }
      if !isFirst { output.append(", ") }
      output.append(bytes[line.value])
      isFirst = false
    }
  }

  private func writeFraming(into output: inout OutputBuffer) {
    switch request.head.framing {
    case .none, .untilClose: break
    case .length(let length): output.appendField("Content-Length", decimal: length)
    case .chunked: output.append("Transfer-Encoding: chunked\r\n")
    }
    output.append("\r\n")
  }
}
