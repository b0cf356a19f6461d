import Bytes

/// `HTTP2-Settings`, by which an HTTP/1.1 client that upgrades says its settings (RFC 7540 §3.2.1).
public enum HTTP2SettingsField {
  /// Octets of a field value that is looked at: 32 settings, padded.
  private static let maxOctets = 256

  /// The payload of the SETTINGS frame that the field stands for.
  ///
  /// - Parameter value: base64url, padded or not (RFC 4648 §5).
  /// - Returns: nil when it is no base64url, no whole number of settings, or a setting has a value
  ///   that it cannot have. The upgrade is not to be made then.
  public static func decode(_ value: Span<UInt8>) -> [UInt8]? {
    guard value.count <= maxOctets, let payload = decodeBase64URL(value),
      payload.count % SettingsPayload.entryOctets == 0
    else { return nil }
    var settings = HTTP2Settings()
    do throws(ConnectionError) {
      try SettingsPayload.apply(payload.span, to: &settings)
    } catch {
      return nil
    }
    return payload
  }

  private static func decodeBase64URL(_ value: Span<UInt8>) -> [UInt8]? {
    var end = value.count
    while end > 0, value[end &- 1] == .equals, value.count &- end < 2 { end &-= 1 }
    // Padding, where there is some, fills up the last four.
    guard end == value.count || value.count % 4 == 0 else { return nil }
    var payload: [UInt8] = []
    var bits: UInt32 = 0
    var count = 0
    for index in 0..<end {
      guard let digit = digit(value[index]) else { return nil }
      bits = bits << 6 | UInt32(digit)
      count &+= 6
      if count >= 8 {
        count &-= 8
        payload.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
      }
    }
    // What is left over belongs to no octet: less than six bits, all zero, so that each payload is
    // written in one way only.
    guard count < 6, bits & ((1 << UInt32(count)) &- 1) == 0 else { return nil }
    return payload
  }

  private static func digit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case 0x41...0x5A: byte &- 0x41
    case 0x61...0x7A: byte &- 0x61 &+ 26
    case 0x30...0x39: byte &- 0x30 &+ 52
    case .hyphen: 62
    case .underscore: 63
    default: nil
    }
  }
}
