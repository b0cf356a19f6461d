/// The type of a frame (RFC 9113 §6).
public enum FrameType: UInt8, Sendable, CaseIterable {
  case data = 0x0
  case headers = 0x1
  case priority = 0x2
  case resetStream = 0x3
  case settings = 0x4
  case pushPromise = 0x5
  case ping = 0x6
  case goAway = 0x7
  case windowUpdate = 0x8
  case continuation = 0x9
  /// RFC 9218 §7.1.
  case priorityUpdate = 0x10
  /// Any other, to be ignored (RFC 9113 §5.5). The value is reserved and on no wire.
  case unknown = 0xFF
}
