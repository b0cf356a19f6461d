/// How much content the peer may send, on one stream or on the connection (RFC 9113 §6.9).
struct ReceiveWindow: Equatable, Sendable {
  /// What the peer may send in all when nothing is under way.
  private var size: Int32
  /// What the peer may still send. Below 0 only while our lowered setting was under way.
  private(set) var available: Int32
  /// What has been used up and not yet been granted anew.
  private var owed: Int32 = 0

  init(_ size: Int32) {
    self.size = size
    available = size
  }

  /// - Returns: Whether the peer was allowed to send so many.
  mutating func receive(_ count: Int) -> Bool {
    guard count <= Int(max(available, 0)) else { return false }
    available &-= Int32(truncatingIfNeeded: count)
    return true
  }

  /// Room for `count` octets has become free.
  ///
  /// - Returns: What WINDOW_UPDATE has to say now; nil while less than half of the window is owed,
  ///   for one frame then does for many.
  mutating func credit(_ count: Int) -> Int32? {
    // Never more than the peer has sent: a mistake of the owner must not let the window grow.
    let outstanding = Int64(size) &- Int64(available) &- Int64(owed)
    owed &+= Int32(truncatingIfNeeded: min(Int64(max(count, 0)), max(outstanding, 0)))
    guard owed > 0, owed >= size / 2 else { return nil }
    let increment = owed
    available &+= increment
    owed = 0
    return increment
  }

  /// Our setting has another value, which the peer goes by from now on.
  mutating func resize(by delta: Int32) {
    size = size &+ delta
    available = available &+ delta
  }
}
