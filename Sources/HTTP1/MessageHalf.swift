/// How far the message of one half of a connection has come.
enum MessageHalf: Equatable {
  /// Its head has not.
  case idle
  /// Its head has; its content has not ended.
  case content
  case ended
}

/// Whether another message may follow on a connection.
enum ConnectionLife: Equatable {
  case persistent
  /// The messages under way may end; none follows.
  case closing
  /// Nothing may be sent or believed any more.
  case failed
}
