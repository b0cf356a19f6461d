import Bytes
import HPACK

/// SETTINGS (RFC 9113 §6.5).
extension HTTP2Connection {
  mutating func receivedSettings(
    _ head: FrameHead, _ payload: Span<UInt8>, now: Int64
  ) throws(ConnectionError) -> Event? {
    if head.flags.contains(.ack) { return try receivedAcknowledgement() }
    if hasPeerSettings { try floods.settings(now: now) }
    try apply(payload)
    hasPeerSettings = true
    deadlines.receivedSettings()
    output.appendSettingsAcknowledgement()
    floods.queuedFrame()
    return .settingsReceived
  }

  /// From now on the peer goes by our settings.
  private mutating func receivedAcknowledgement() throws(ConnectionError) -> Event {
    guard deadlines.awaitsAcknowledgement else { throw .unexpectedSettingsAcknowledgement }
    deadlines.receivedAcknowledgement()
    decoder.setMaxTableOctets(Int(settings.headerTableOctets))
    let window = Int32(clamping: settings.initialWindowOctets)
    let change = window &- streamReceiveWindow
    if change != 0 {
      streamReceiveWindow = window
      _ = streams.allSatisfy { record in
        record.receiveWindow.resize(by: change)
        return true
      }
    }
    return .settingsAcknowledged
  }

  /// Takes over what the peer says, or nothing when any of it is invalid.
  mutating func apply(_ payload: Span<UInt8>) throws(ConnectionError) {
    var new = peerSettings
    try SettingsPayload.apply(payload, to: &new)
    typealias Identifier = SettingsPayload.Identifier
    if role == .client, new.enablesPush { throw .invalidSetting(Identifier.enablePush.rawValue) }
    // RFC 9218 §2.1: said in the first SETTINGS or never.
    if hasPeerSettings, new.ignoresOldPriorities != peerSettings.ignoresOldPriorities {
      throw .invalidSetting(Identifier.noRFC7540Priorities.rawValue)
    }
    let change = Int64(new.initialWindowOctets) &- Int64(peerSettings.initialWindowOctets)
    if change != 0 {
      // Windows may become negative, but not pass their maximum (RFC 9113 §6.9.2).
      let areValid = streams.allSatisfy { record in
        record.state.isClosed || record.sendWindow.add(change)
      }
      guard areValid else { throw .invalidInitialWindow }
    }
    if new.headerTableOctets != peerSettings.headerTableOctets {
      encoder.setMaxTableOctets(Int(min(new.headerTableOctets, 4096)))
    }
    peerSettings = new
  }
}
