public import Bytes
public import Configuration

/// Expands the `location` of a redirect into the value of a `Location` field.
public enum RedirectTarget {
  /// Appends the target; octets that a URI cannot have (RFC 3986 §2) are percent-encoded, so
  /// whatever the client sent, no CR or LF gets into the field.
  ///
  /// A path such as `//evil.example/` must not become a target on another host: when the result
  /// would begin with `//` that no literal asked for, `/.` comes before it (RFC 3986 §4.2), which
  /// clients resolve to the same path.
  ///
  /// - Parameters:
  ///   - pieces: Of the configuration.
  ///   - scheme: `http` or `https`.
  ///   - host: Without port.
  ///   - authority: With it.
  ///   - path: Normalised.
  ///   - query: With its `?`, or empty.
  ///   - output: What is appended to.
  public static func write(
    _ pieces: [RedirectConfig.Piece], scheme: Span<UInt8>, host: Span<UInt8>,
    authority: Span<UInt8>, path: Span<UInt8>, query: Span<UInt8>,
    into output: inout OutputBuffer
  ) {
    if beginsOnPath(pieces, path: path) { output.append("/.") }
    for piece in pieces {
      switch piece {
      case .literal(let text):
        encode(text.utf8.span, into: &output)
      case .scheme: encode(scheme, into: &output)
      case .host: encode(host, into: &output)
      case .authority: encode(authority, into: &output)
      case .path: encode(path, into: &output)
      case .query: encode(query, into: &output)
      }
    }
  }

  /// Whether a path of the client completes a `//` at the very beginning.
  private static func beginsOnPath(
    _ pieces: [RedirectConfig.Piece], path: Span<UInt8>
  ) -> Bool {
    guard path.count > 0, path[0] == .slash else { return false }
    return switch pieces.first {
    case .path: path.count > 1 && path[1] == .slash
    case .literal("/"): pieces.count > 1 && pieces[1] == .path
    case .literal, .scheme, .host, .authority, .query, nil: false
    }
  }

  /// What RFC 3986 lets stand in a URI: unreserved, gen-delims, sub-delims, and `%`.
  private static var uriOctets: ByteSet {
    ByteSet(low: 0xAFFF_FFFA_0000_0000, high: 0x47FF_FFFE_AFFF_FFFF)
  }

  private static func encode(_ text: Span<UInt8>, into output: inout OutputBuffer) {
    var index = 0
    while index < text.count {
      let end = text.firstIndex(notIn: uriOctets, from: index, to: text.count)
      output.append(text.extracting(index..<end))
      guard end < text.count else { return }
      output.append(.percent)
      output.append(.hexDigit(text[end] >> 4))
      output.append(.hexDigit(text[end]))
      index = end &+ 1
    }
  }
}
