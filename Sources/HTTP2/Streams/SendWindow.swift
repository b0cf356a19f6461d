/// How much content we may send, on one stream or on the connection (RFC 9113 §6.9).
struct SendWindow: Equatable, Sendable {
  /// Below 0 after the peer has lowered its setting (RFC 9113 §6.9.2).
  private(set) var octets: Int32
  /// Whether the last that was sent used it up.
  private var isUsedUp = false

  init(_ octets: Int32) { self.octets = octets }

  /// What can be sent now.
  var sendable: Int { Int(max(octets, 0)) }

  /// Whether so much of `count` octets can be sent that it is worth a frame: once it was used up,
  /// all of them or at least `least`.
  func isWorthSending(_ count: Int, least: Int) -> Bool {
    sendable > 0 && (!isUsedUp || sendable >= min(count, least))
  }

  /// - Precondition: `count` is not more than ``sendable``.
  mutating func sent(_ count: Int) {
    octets &-= Int32(truncatingIfNeeded: min(count, sendable))
    isUsedUp = octets <= 0
  }

  /// WINDOW_UPDATE, or a change of SETTINGS_INITIAL_WINDOW_SIZE.
  ///
  /// - Returns: False when the window would pass 2³¹-1; it stays as it is.
  mutating func add(_ increment: Int64) -> Bool {
    // Both fit into 33 bits, so that the sum cannot overflow.
    guard let sum = Int32(exactly: Int64(octets) &+ increment) else { return false }
    octets = sum
    return true
  }
}
