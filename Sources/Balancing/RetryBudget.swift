/// How many further tries the requests to one cluster may have: a share of the requests of the last
/// ten seconds, and a little however few those are.
///
/// Without a bound, an outage doubles the load on what is left of a cluster just when that is least
/// able to bear it. Times are milliseconds since any fixed moment.
public struct RetryBudget: Equatable, Sendable {
  /// Retries for every hundred requests.
  public var percent: Int
  /// Retries a second that are always allowed.
  public var minPerSecond: Int

  private static let seconds = 10
  /// What each of the last seconds counted, by the second modulo ten.
  private var requests = InlineArray<10, UInt32>(repeating: 0)
  private var retries = InlineArray<10, UInt32>(repeating: 0)
  private var requestSum = 0
  private var retrySum = 0
  private var second: UInt64 = 0

  public init(percent: Int = 20, minPerSecond: Int = 3) {
    self.percent = percent
    self.minPerSecond = minPerSecond
  }

  public static func == (left: RetryBudget, right: RetryBudget) -> Bool {
    left.percent == right.percent && left.minPerSecond == right.minPerSecond
      && left.requestSum == right.requestSum && left.retrySum == right.retrySum
      && left.second == right.second
  }

  /// Counts a request that clients have made.
  ///
  /// - Returns: Whether it is the first of a second: then others may be told anew what is left.
  public mutating func countRequest(at now: UInt64) -> Bool {
    let before = second
    let slot = advance(to: now)
    requests[slot] &+= 1
    requestSum &+= 1
    return second != before
  }

  /// Takes the right to one further try; false if there is none left.
  public mutating func take(at now: UInt64) -> Bool {
    let slot = advance(to: now)
    guard retrySum < allowed else { return false }
    retries[slot] &+= 1
    retrySum &+= 1
    return true
  }

  /// Further tries that are left as of the last request or try.
  public var left: Int { max(0, allowed &- retrySum) }

  /// Further tries that are left when there was neither for ten seconds.
  public var leftAtRest: Int { minPerSecond &* Self.seconds }

  /// How long what is counted counts, in milliseconds.
  public static let memory = UInt64(seconds) * 1000

  /// Retries that the last ten seconds allow in all.
  private var allowed: Int {
    max(requestSum &* percent / 100, minPerSecond &* Self.seconds)
  }

  /// Forgets what is more than ten seconds old.
  ///
  /// - Returns: The slot of the current second.
  private mutating func advance(to now: UInt64) -> Int {
    let current = now / 1000
    if current > second {
      let passed = min(current &- second, UInt64(Self.seconds))
      for step in 0..<passed {
        let slot = Int((current &- step) % UInt64(Self.seconds))
        requestSum &-= Int(requests[slot])
        retrySum &-= Int(retries[slot])
        requests[slot] = 0
        retries[slot] = 0
      }
      second = current
    }
    return Int(second % UInt64(Self.seconds))
  }

  /// Goes on with what `old` has counted, after a reload.
  public mutating func adopt(from old: RetryBudget) {
    (requests, retries, second) = (old.requests, old.retries, old.second)
    (requestSum, retrySum) = (old.requestSum, old.retrySum)
  }
}
