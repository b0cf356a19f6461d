import Addressing
import Bytes
import Configuration
import HTTPSemantics

// What we say about the client, and about ourselves.
extension RequestForwarder {
  func writeXForwarded<Writer: FieldWriter & ~Copyable>(
    _ bytes: Span<UInt8>, _ scratch: inout OutputBuffer, into writer: inout Writer
  ) {
    let fields = request.head.fields
    let trusted = request.isTrusted
    if trusted, fields.contains(.xForwardedFor) {
      scratch.removeAll()
      appendList(.xForwardedFor, bytes, to: &scratch)
      if request.client != nil {
        scratch.append(", ")
        scratch.append(request.clientText)
      }
      writer.writeField(.xForwardedFor, "X-Forwarded-For", value: scratch.span)
    } else if request.client != nil {
      let client = request.clientText
      writer.writeField(.xForwardedFor, "X-Forwarded-For", value: client.span)
    }
    if !(trusted && fields.contains(.xForwardedProto)) {
      scratch.removeAll()
      scratch.append(request.scheme)
      writer.writeField(.xForwardedProto, "X-Forwarded-Proto", value: scratch.span)
    }
    if !(trusted && fields.contains(.xForwardedHost)), !request.head.authority.isEmpty {
      writer.writeField(.xForwardedHost, "X-Forwarded-Host", value: bytes[request.head.authority])
    }
  }

  func writeForwarded<Writer: FieldWriter & ~Copyable>(
    _ bytes: Span<UInt8>, _ scratch: inout OutputBuffer, into writer: inout Writer
  ) {
    scratch.removeAll()
    if request.isTrusted, request.head.fields.contains(.forwarded) {
      appendList(.forwarded, bytes, to: &scratch)
      scratch.append(", ")
    }
    if request.client != nil {
      let client = request.clientText
      ForwardedElement.writeFor(address: client.span, into: &scratch)
    } else {
      ForwardedElement.writeFor(address: Span(), into: &scratch)
    }
    if !request.head.authority.isEmpty {
      scratch.append(";")
      ForwardedElement.writeHost(bytes[request.head.authority], into: &scratch)
    }
    scratch.append(";proto=")
    scratch.append(request.scheme)
    writer.writeField(.forwarded, "Forwarded", value: scratch.span)
  }

  func writeVia<Writer: FieldWriter & ~Copyable>(
    _ bytes: Span<UInt8>, _ scratch: inout OutputBuffer, into writer: inout Writer
  ) {
    let ours = listener.via.member(of: request.version)
    guard request.head.fields.contains(.via) else {
      return writer.writeField(.via, "Via", value: ours.span)
    }
    scratch.removeAll()
    appendList(.via, bytes, to: &scratch)
    scratch.append(", ")
    scratch.append(ours)
    writer.writeField(.via, "Via", value: scratch.span)
  }

  /// All values of a list field, as one list.
  private func appendList(_ id: FieldID, _ bytes: Span<UInt8>, to output: inout OutputBuffer) {
    var isFirst = true
    for index in request.head.fields.lines.indices {
      let line = request.head.fields.lines[index]
      guard line.id == id, !line.isHopByHop else { continue }
      if !isFirst { output.append(", ") }
      output.append(bytes[line.value])
      isFirst = false
    }
  }
}
