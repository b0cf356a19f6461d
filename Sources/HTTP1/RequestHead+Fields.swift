import Bytes
import HTTPSemantics

extension RequestHead {
  /// Draws from the fields what they say about the message and the connection.
  ///
  /// The request line has been read, and all fields have been found well-formed.
  mutating func interpretFields(_ bytes: Span<UInt8>) throws(RequestError) {
    try interpretHost(bytes)
    try interpretFraming(bytes)
    try interpretConnection(bytes)
    try interpretExpectation(bytes)
    acceptsTrailers = minorVersion > 0 && fields.lists("trailers", in: .te, bytes)
  }

  @inline(__always)
  private mutating func interpretFraming(_ bytes: Span<UInt8>) throws(RequestError) {
    do throws(FramingError) {
      switch try DeclaredFraming(of: fields, in: bytes, minorVersion: minorVersion) {
      case .nothing: framing = .none
      case .length(let length): framing = .length(length)
      case .chunked: framing = .chunked
      }
    } catch {
      throw .framing(error)
    }
  }

  @inline(__always)
  private mutating func interpretConnection(_ bytes: Span<UInt8>) throws(RequestError) {
    do throws(FieldError) {
      let options = try ConnectionOptions(of: &fields, in: bytes)
      isPersistent = options.isPersistent(minorVersion: minorVersion)
      upgradeRequested =
        minorVersion > 0 && options.contains(.upgrade) && fields.contains(.upgrade)
      namesHTTP2Settings = upgradeRequested && options.contains(.http2Settings)
    } catch {
      throw .field(error)
    }
  }

  @inline(__always)
  private mutating func interpretExpectation(_ bytes: Span<UInt8>) throws(RequestError) {
    guard fields.contains(.expect) else { return }
    guard let line = fields.only(.expect), bytes[line.value].equalsIgnoringCase("100-continue")
    else { throw .unsupportedExpectation }
    // RFC 9110 §10.1.1: ignored from HTTP/1.0; and without content there is nothing to wait for.
    let hasContent = framing != .none && framing != .length(0)
    expectsContinue = minorVersion > 0 && hasContent
  }
}
