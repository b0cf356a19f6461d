public import Addressing

/// What a question was answered.
public enum NameAnswer: Equatable, Sendable {
  public enum Records: Equatable, Sendable {
    /// To a question for `.a` or `.aaaa`.
    case addresses([IPAddress])
    /// To a question for `.srv`.
    case services([ServiceRecord])
  }

  /// - secondsToLive: Of the record, or alias on the way to it, that lives shortest.
  case records(Records, secondsToLive: UInt32)
  case failed(NameFailure)
}
