public import Bytes

/// Writes the parameters of a `Forwarded` element (RFC 7239 §4), without the `;` between them.
public enum ForwardedElement {
  /// Appends `for=` and the node that made the request.
  ///
  /// - Parameters:
  ///   - address: The text of an IP address, an IPv6 address without brackets; empty for a peer
  ///     that has none, which becomes `unknown` (RFC 7239 §6.2).
  ///   - port: Written if not nil.
  ///   - output: What is appended to.
  public static func writeFor(
    address: Span<UInt8>, port: UInt16? = nil, into output: inout OutputBuffer
  ) {
    output.append("for=")
    writeNode(address, port, into: &output)
  }

  /// Appends `by=` and the node that received the request. Parameters as of
  /// ``writeFor(address:port:into:)``.
  public static func writeBy(
    address: Span<UInt8>, port: UInt16? = nil, into output: inout OutputBuffer
  ) {
    output.append("by=")
    writeNode(address, port, into: &output)
  }

  /// Appends `host=` and the authority that the client asked for.
  public static func writeHost(_ authority: Span<UInt8>, into output: inout OutputBuffer) {
    output.append("host=")
    writeValue(authority, into: &output)
  }

  /// Appends `proto=` and the scheme of the client's request.
  public static func writeProto(_ scheme: Span<UInt8>, into output: inout OutputBuffer) {
    output.append("proto=")
    writeValue(scheme, into: &output)
  }

  private static func writeNode(
    _ address: Span<UInt8>, _ port: UInt16?, into output: inout OutputBuffer
  ) {
    if address.isEmpty { return output.append("unknown") }
    let isV6 = address.firstIndex(of: .colon, from: 0, to: address.count) < address.count
    // A colon is not of a token: what has one is quoted (RFC 7239 §6).
    let isQuoted = isV6 || port != nil
    if isQuoted { output.append(.doubleQuote) }
    if isV6 { output.append(.leftBracket) }
    output.append(address)
    if isV6 { output.append(.rightBracket) }
    if let port {
      output.append(.colon)
      output.append(decimal: UInt64(port))
    }
    if isQuoted { output.append(.doubleQuote) }
  }

  /// A token as it is, everything else as a quoted-string (RFC 9110 §5.6.4).
  private static func writeValue(_ value: Span<UInt8>, into output: inout OutputBuffer) {
    if value.count > 0,
      value.firstIndex(notIn: .token, from: 0, to: value.count) == value.count
    {
      return output.append(value)
    }
    output.append(.doubleQuote)
    for index in value.indices {
      let byte = value[index]
      if byte == .doubleQuote || byte == .backslash { output.append(.backslash) }
      // No quoting makes a control octet harmless. None comes this far; none goes further.
      if ByteSet.fieldValue.contains(byte) { output.append(byte) }
    }
    output.append(.doubleQuote)
  }
}
