/// How many requests a backend is given at the same time, by how quickly it answers: one more while
/// its answers come as quickly as usual, a tenth less when they do not, or fail.
///
/// What is usual is the time that a third of the answers stay below, so that one quick kind of
/// request does not make all others late. It follows slowly once it is known: a backend that has
/// too much to do answers slowly, which must not become what is usual.
public struct AdaptiveLimit: Equatable, Sendable {
  public struct Policy: Equatable, Sendable {
    public var initial: Int
    public var min: Int
    public var max: Int
    /// Percent of the usual time beyond which an answer is late.
    public var tolerance: Int

    public init(initial: Int = 20, min: Int = 4, max: Int = 1000, tolerance: Int = 200) {
      self.initial = initial
      self.min = min
      self.max = max
      self.tolerance = tolerance
    }
  }

  public let policy: Policy
  private var exact: Double
  /// Microseconds; 0 before the first answer.
  private var usual = 0.0
  /// Answers that `usual` is from.
  private var seen = 0.0
  /// Until when it does not shrink any more: requests that were under way already say the same
  /// again.
  private var holdsUntil = 0.0

  public init(_ policy: Policy) {
    self.policy = policy
    exact = Double(policy.initial)
  }

  /// Requests at the same time.
  public var limit: Int { Int(exact) }

  /// An answer has come, or failed to.
  ///
  /// - Parameters:
  ///   - time: Microseconds that it took.
  ///   - inFlight: Requests at that time, this one among them.
  ///   - now: In microseconds.
  public mutating func answered(in time: Double, inFlight: Int, failed: Bool, at now: Double) {
    let isLate = usual > 0 && time * 100 > usual * Double(policy.tolerance)
    if failed || isLate {
      guard now >= holdsUntil else { return }
      exact = max(Double(policy.min), exact * 0.9)
      holdsUntil = now + max(time, usual)
    } else if Double(inFlight) * 2 >= exact {
      // One more for each round of requests; not while nobody needs it.
      exact = min(Double(policy.max), exact + 1 / exact)
    }
    guard !failed else { return }
    if usual == 0 { usual = time }
    seen += 1
    let step = max(0.004, 1 / (seen + 4)) * usual
    usual += time < usual ? -min(step, usual - time) : min(step / 2, time - usual)
  }
}
