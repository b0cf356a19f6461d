import Bytes

/// The payload of a SETTINGS frame: pairs of an identifier and a value (RFC 9113 §6.5.1).
enum SettingsPayload {
  /// Octets of one setting.
  static let entryOctets = 6

  enum Identifier: UInt16 {
    case headerTableSize = 0x1
    case enablePush = 0x2
    case maxConcurrentStreams = 0x3
    case initialWindowSize = 0x4
    case maxFrameSize = 0x5
    case maxHeaderListSize = 0x6
    /// RFC 8441 §3.
    case enableConnectProtocol = 0x8
    /// RFC 9218 §2.1.
    case noRFC7540Priorities = 0x9
  }

  /// Applies all of `payload` to `settings`, in its order.
  ///
  /// - Throws: The first value that is invalid. `settings` must not be used then.
  static func apply(
    _ payload: Span<UInt8>, to settings: inout HTTP2Settings
  ) throws(ConnectionError) {
    var offset = 0
    while offset &+ entryOctets <= payload.count {
      let identifier = UInt16(payload[offset]) << 8 | UInt16(payload[offset &+ 1])
      let value = payload.halfWord(at: offset &+ 2).byteSwapped
      try apply(identifier, value, to: &settings)
      offset &+= entryOctets
    }
  }

  private static func apply(
    _ identifier: UInt16, _ value: UInt32, to settings: inout HTTP2Settings
  ) throws(ConnectionError) {
    // Unknown settings are ignored (RFC 9113 §6.5.2).
    guard let known = Identifier(rawValue: identifier) else { return }
    switch known {
    case .headerTableSize: settings.headerTableOctets = value
    case .enablePush: settings.enablesPush = try bool(value, identifier)
    case .maxConcurrentStreams: settings.maxConcurrentStreams = value
    case .initialWindowSize:
      guard value <= 0x7FFF_FFFF else { throw .invalidInitialWindow }
      settings.initialWindowOctets = value
    case .maxFrameSize:
      guard 1 << 14...(1 << 24) - 1 ~= value else { throw .invalidSetting(identifier) }
      settings.maxFrameOctets = value
    case .maxHeaderListSize: settings.maxHeaderListOctets = value
    case .enableConnectProtocol:
      let isOn = try bool(value, identifier)
      // Once it is on, it must not be taken back (RFC 8441 §3).
      guard isOn || !settings.enablesConnectProtocol else { throw .invalidSetting(identifier) }
      settings.enablesConnectProtocol = isOn
    case .noRFC7540Priorities: settings.ignoresOldPriorities = try bool(value, identifier)
    }
  }

  private static func bool(
    _ value: UInt32, _ identifier: UInt16
  ) throws(ConnectionError) -> Bool {
    guard value <= 1 else { throw .invalidSetting(identifier) }
    return value == 1
  }
}
