/// The number of a stream (RFC 9113 §5.1.1): odd for a client's, 0 for the connection itself.
public struct StreamID: RawRepresentable, Hashable, Comparable, Sendable {
  /// 31 bits.
  public let rawValue: UInt32

  @inlinable
  public init(rawValue: UInt32) { self.rawValue = rawValue & 0x7FFF_FFFF }

  /// What frames about the connection as a whole carry.
  @inlinable public static var connection: StreamID { StreamID(rawValue: 0) }
  @inlinable public static var max: StreamID { StreamID(rawValue: 0x7FFF_FFFF) }

  /// Whether a client opens streams with such numbers; streams of servers, for pushing, have even
  /// ones.
  @inlinable public var isClientInitiated: Bool { rawValue & 1 == 1 }

  @inlinable
  public static func < (left: StreamID, right: StreamID) -> Bool { left.rawValue < right.rawValue }
}
