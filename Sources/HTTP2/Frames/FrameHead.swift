import Bytes

/// The nine octets that every frame starts with (RFC 9113 §4.1).
struct FrameHead: Equatable, Sendable {
  /// Octets of a frame's head.
  static let octets = 9

  /// Octets of the payload that follows.
  var length: Int
  var type: FrameType
  var flags: FrameFlags
  var streamID: StreamID

  init(length: Int, type: FrameType, flags: FrameFlags = [], streamID: StreamID) {
    self.length = length
    self.type = type
    self.flags = flags
    self.streamID = streamID
  }

  /// - Precondition: `input` has nine octets from `position` on.
  init(_ input: Span<UInt8>, at position: Int) {
    // The reserved bit is ignored, which is what `StreamID` does.
    let first = input.halfWord(at: position).byteSwapped
    length = Int(first >> 8)
    type = FrameType(rawValue: UInt8(truncatingIfNeeded: first)) ?? .unknown
    flags = FrameFlags(rawValue: input[position &+ 4])
    streamID = StreamID(rawValue: input.halfWord(at: position &+ 5).byteSwapped)
  }
}

/// The flags of frames (RFC 9113 §6). Those that a type does not define are ignored.
struct FrameFlags: OptionSet, Sendable {
  let rawValue: UInt8

  static let endStream = FrameFlags(rawValue: 0x1)
  /// Of SETTINGS and PING.
  static let ack = FrameFlags(rawValue: 0x1)
  static let endHeaders = FrameFlags(rawValue: 0x4)
  static let padded = FrameFlags(rawValue: 0x8)
  static let priority = FrameFlags(rawValue: 0x20)
}
