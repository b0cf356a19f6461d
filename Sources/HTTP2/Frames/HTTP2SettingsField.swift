public import Bytes

/// `HTTP2-Settings`, by which an HTTP/1.1 client that upgrades says its settings (RFC 7540 §3.2.1).
public enum HTTP2SettingsField {
  /// The payload of the SETTINGS frame that the field stands for.
  ///
  /// - Parameter value: base64url, padded or not (RFC 4648 §5).
  /// - Returns: nil when it is no base64url, no whole number of settings, or a setting has a value
  ///   that it cannot have. The upgrade is not to be made then.
  public static func decode(_ value: Span<UInt8>) -> [UInt8]? { fatalError() }
}
