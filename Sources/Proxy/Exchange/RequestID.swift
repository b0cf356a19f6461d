import Bytes

/// What a peer's `X-Request-Id` may be for us to keep it.
public enum RequestID {
  /// Whether `value` is 1 to 128 octets of a token, or `:`, `/`, `=` or `@`.
  ///
  /// Nothing that a log, a shell or a header list could take for its own: no quotes, commas,
  /// semicolons, backslashes, spaces.
  public static func isAcceptable(_ value: Span<UInt8>) -> Bool {
    guard (1...128).contains(value.count) else { return false }
    for index in value.indices {
      switch value[index] {
      case .colon, .slash, .equals, .at: continue
      case let byte: if !ByteSet.token.contains(byte) { return false }
      }
    }
    return true
  }
}
