/// How far the two sides have come in shutting the connection down (RFC 9113 §6.8).
struct GoAwayState: Sendable {
  /// The last stream that our GOAWAY says is served; nil when none was sent.
  var sent: StreamID?
  /// The same of the peer's.
  var received: StreamID?

  /// Whether a stream of the peer's with this number is to be ignored.
  func ignores(_ id: StreamID) -> Bool {
    guard let sent else { return false }
    return id > sent
  }
}
