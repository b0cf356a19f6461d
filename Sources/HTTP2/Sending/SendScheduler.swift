/// Whose turn it is to send, among the streams of a connection that have something to send and window
/// to send it by (RFC 9218 §10).
///
/// More urgent streams go first; among equals each gets a turn, so that a big response does not keep a
/// small one waiting. Every operation is O(1), and allocates nothing once there is room for as many
/// slots.
public struct SendScheduler: ~Copyable {
  /// What a stream may send before it is another's turn.
  public struct Turn: Equatable, Sendable {
    public var slot: StreamSlot
    /// Octets of content.
    public var quantum: Int
  }

  public init() {}

  public var isEmpty: Bool { fatalError() }

  /// Puts a stream at the end of the line of its urgency; nothing happens to one that stands in a line.
  public mutating func enqueue(_ slot: StreamSlot, _ priority: StreamPriority) { fatalError() }

  /// Takes the stream out whose turn it is. If it has more to send afterwards, it is enqueued again.
  public mutating func next() -> Turn? { fatalError() }

  /// Takes a stream out of its line; nothing happens to one that stands in none.
  public mutating func remove(_ slot: StreamSlot) { fatalError() }

  /// Moves a stream that stands in a line to the end of another, if its urgency has changed.
  public mutating func reprioritize(_ slot: StreamSlot, _ priority: StreamPriority) { fatalError() }
}
