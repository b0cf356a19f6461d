import Bytes
import HTTPSemantics

/// Writing frames (RFC 9113 §6).
extension OutputBuffer {
  mutating func appendFrameHead(_ head: FrameHead) {
    let octets = head.octets
    append(octets.span)
  }

  mutating func appendUInt16(_ value: UInt16) {
    append(UInt8(truncatingIfNeeded: value >> 8))
    append(UInt8(truncatingIfNeeded: value))
  }

  mutating func appendUInt32(_ value: UInt32) {
    appendUInt16(UInt16(truncatingIfNeeded: value >> 16))
    appendUInt16(UInt16(truncatingIfNeeded: value))
  }

  /// SETTINGS with those of `settings` that differ from what is assumed anyway.
  mutating func appendSettings(_ settings: HTTP2Settings) {
    let start = count
    appendFrameHead(FrameHead(length: 0, type: .settings, streamID: .connection))
    let assumed = HTTP2Settings()
    if settings.headerTableOctets != assumed.headerTableOctets {
      appendSetting(.headerTableSize, settings.headerTableOctets)
    }
    if !settings.enablesPush { appendSetting(.enablePush, 0) }
    if let streams = settings.maxConcurrentStreams { appendSetting(.maxConcurrentStreams, streams) }
    if settings.initialWindowOctets != assumed.initialWindowOctets {
      appendSetting(.initialWindowSize, settings.initialWindowOctets)
    }
    if settings.maxFrameOctets != assumed.maxFrameOctets {
      appendSetting(.maxFrameSize, settings.maxFrameOctets)
    }
    if let octets = settings.maxHeaderListOctets { appendSetting(.maxHeaderListSize, octets) }
    if settings.enablesConnectProtocol { appendSetting(.enableConnectProtocol, 1) }
    if settings.ignoresOldPriorities { appendSetting(.noRFC7540Priorities, 1) }
    let length = count &- start &- FrameHead.octets
    let head = FrameHead(length: length, type: .settings, streamID: .connection).octets
    overwrite(head.span, at: start)
  }

  private mutating func appendSetting(_ identifier: SettingsPayload.Identifier, _ value: UInt32) {
    appendUInt16(identifier.rawValue)
    appendUInt32(value)
  }

  mutating func appendSettingsAcknowledgement() {
    appendFrameHead(FrameHead(length: 0, type: .settings, flags: .ack, streamID: .connection))
  }

  mutating func appendPing(_ data: UInt64, isAcknowledgement: Bool) {
    let flags: FrameFlags = isAcknowledgement ? .ack : []
    appendFrameHead(FrameHead(length: 8, type: .ping, flags: flags, streamID: .connection))
    appendUInt32(UInt32(truncatingIfNeeded: data >> 32))
    appendUInt32(UInt32(truncatingIfNeeded: data))
  }

  mutating func appendReset(_ id: StreamID, _ code: ErrorCode) {
    appendFrameHead(FrameHead(length: 4, type: .resetStream, streamID: id))
    appendUInt32(code.rawValue)
  }

  mutating func appendWindowUpdate(_ id: StreamID, _ increment: Int32) {
    appendFrameHead(FrameHead(length: 4, type: .windowUpdate, streamID: id))
    appendUInt32(UInt32(truncatingIfNeeded: increment))
  }

  /// - Parameter reason: Goes along as debug data.
  mutating func appendGoAway(_ lastStreamID: StreamID, _ code: ErrorCode, reason: Reason?) {
    let text = reason?.rawValue ?? ""
    let length = 8 &+ text.utf8.count
    appendFrameHead(FrameHead(length: length, type: .goAway, streamID: .connection))
    appendUInt32(lastStreamID.rawValue)
    appendUInt32(code.rawValue)
    append(text)
  }
}

extension FrameHead {
  /// The head as it is on the wire.
  var octets: InlineArray<9, UInt8> {
    let id = streamID.rawValue
    return [
      UInt8(truncatingIfNeeded: length >> 16), UInt8(truncatingIfNeeded: length >> 8),
      UInt8(truncatingIfNeeded: length), type.rawValue, flags.rawValue,
      UInt8(truncatingIfNeeded: id >> 24), UInt8(truncatingIfNeeded: id >> 16),
      UInt8(truncatingIfNeeded: id >> 8), UInt8(truncatingIfNeeded: id),
    ]
  }
}
