public import HPACK

/// How much of everything a peer may make us do. Past a limit the connection ends with
/// ENHANCE_YOUR_CALM, unless said otherwise.
public struct HTTP2Limits: Sendable {
  /// What a head may hold, cookie crumbs and fields that are dropped counted like all others.
  ///
  /// A request past it is answered 431, a response past it is a stream error; a second one of
  /// either ends the connection. 32 KiB and 100 fields.
  public var head = FieldBlockLimits()
  /// What a trailer section may hold; past it is a stream error. 8 KiB and 32 fields.
  public var trailers: FieldBlockLimits
  /// Octets of `:path`; past it the answer is 414. 8 KiB.
  public var maxTarget = 8192
  /// Octets of a field block as it is on the wire. 32 KiB.
  public var maxBlock = 32 * 1024
  /// CONTINUATION frames of a field block. 8.
  public var maxContinuations = 8
  /// Whether field names with `_` or `.` are marked, so that they are not forwarded: some backends
  /// take `transfer_encoding` for `transfer-encoding`.
  public var dropsOddNames = true

  /// Streams that end before their time at the peer's hand: its RST_STREAM frames that come before
  /// the response's end, and ours for its breaches. 200, and 33 a second.
  public var resets = TokenBucket.Rate(burst: 200, perMinute: 33 * 60)
  /// Everything that costs us work and has no honest use, or only in small numbers. 1000, and 33 a
  /// second. When three quarters are used up, the connection begins to shut down.
  public var glitches = TokenBucket.Rate(burst: 1000, perMinute: 33 * 60)
  /// PING frames that no other frame came between: some clients probe bandwidth with the others.
  /// 100, and 10 a second.
  public var pings = TokenBucket.Rate(burst: 100, perMinute: 600)
  /// SETTINGS frames after the first. 10, and 10 a minute.
  public var settings = TokenBucket.Rate(burst: 10, perMinute: 10)
  /// Settings in one frame. 32.
  public var maxSettingsEntries = 32
  /// Frames in a row that carry nothing and end nothing. 10.
  public var maxEmptyFrames = 10
  /// PRIORITY and PRIORITY_UPDATE frames, for each stream opened so far and one more. 100.
  public var priorityFramesPerStream = 100
  /// Frames that the peer made us write and that have not been flushed. 1000.
  public var maxUnsentControlFrames = 1000
  /// Interim responses before a final one; past it is a stream error. 20.
  public var maxInterimResponses = 20
  /// Microseconds for the peer's preface and first SETTINGS, and for its acknowledgement of ours.
  /// 10 s.
  public var handshakeTime: Int64 = 10_000_000
  /// Microseconds for each frame or field block from its first octet on. 10 s.
  public var frameTime: Int64 = 10_000_000

  public init() {
    trailers = FieldBlockLimits()
    trailers.maxOctets = 8192
    trailers.maxFields = 32
  }

  /// The defaults towards backends, which are given more room: heads of 64 KiB and 200 fields.
  public static var client: HTTP2Limits {
    var limits = HTTP2Limits()
    limits.head.maxOctets = 64 * 1024
    limits.head.maxFields = 200
    limits.maxBlock = 64 * 1024
    return limits
  }
}
