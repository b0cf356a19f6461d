import Balancing
import Configuration
import EventLoop

/// How much a cluster is given to do at a time, and who waits for that on one worker.
final class ClusterLimits {
  /// Requests in flight over all workers; `Int.max`: no limit.
  let requests: Int
  let backendRequests: Int
  let adaptive: AdaptiveLimit.Policy?
  private let maxWaiting: Int
  private let shared: SharedCluster
  /// First come, first served.
  private var waiting: [WaitPoint] = []
  private var isTurnOfOthers = false
  /// How often who is first looks by itself. Room that was offered to a worker whose last request
  /// has just left, or to those that wait by an older configuration, is nobody's otherwise.
  private static let patience = Interval.milliseconds(250)
  /// Tells the other workers that there is room. Set by the worker.
  var onFreedElsewhere: (() -> Void)?

  init(_ config: LimitsConfig, shared: SharedCluster) {
    requests = config.requests == 0 ? .max : config.requests
    backendRequests = config.backendRequests == 0 ? .max : config.backendRequests
    adaptive = config.adaptive.map {
      AdaptiveLimit.Policy(
        initial: $0.initial, min: $0.min, max: $0.max, tolerance: $0.tolerance)
    }
    maxWaiting = config.waiting
    self.shared = shared
  }

  /// Takes the right to one more request to the cluster.
  func reserve() -> Bool { shared.reserveRequest(limit: requests) }

  /// Gives it back; who has waited longest tries: by turns here and on other workers, where
  /// somebody waits on both.
  func release() {
    shared.releaseRequest()
    guard shared.hasWaiting else { return }
    isTurnOfOthers.toggle()
    let isForOthers = waiting.isEmpty || isTurnOfOthers && shared.waitingCount > waiting.count
    if isForOthers { onFreedElsewhere?() }
    // What an adaptive limit has given back can only be used here.
    if !isForOthers || adaptive != nil { wakeFirst() }
  }

  /// Gives back what was not used, which is news to nobody: who wakes others because it found no
  /// room would be woken by them.
  func releaseUnused() { shared.releaseRequest() }

  /// Whether somebody waits who comes first.
  var hasWaiting: Bool { !waiting.isEmpty }

  var canWait: Bool { waiting.count < maxWaiting }

  /// From now on others know that somebody waits; they look after they have given something back.
  func beganWaiting() { shared.beganWaiting() }
  func endedWaiting() { shared.endedWaiting() }

  /// Waits until there may be room.
  ///
  /// - Parameter isFirst: Whether it has been woken before, for somebody who was quicker.
  func wait(
    at point: WaitPoint, isFirst: Bool, until deadline: Instant, on loop: EventLoop
  ) async -> WaitOutcome {
    waiting.insert(point, at: isFirst ? 0 : waiting.count)
    while true {
      // Only who is first looks by itself; who becomes first later is told to.
      let isFirst = waiting.first === point
      let outcome = await point.wait(
        until: isFirst ? min(deadline, loop.now + Self.patience) : deadline)
      let isLate = outcome == .deadline && loop.now >= deadline
      // Who is no longer in the queue was to be woken in the turn in which its time was over.
      let place = waiting.firstIndex { $0 === point }
      if outcome == .deadline, !isLate, let place, place > 0 { continue }
      if let place { waiting.remove(at: place) }
      if place == 0 { waiting.first?.bringForward(to: loop.now + Self.patience) }
      return outcome == .deadline && !isLate ? .ready : outcome
    }
  }

  func wakeFirst() {
    while let first = waiting.first {
      waiting.removeFirst()
      // One whose deadline or abort came in this turn has not left the queue yet.
      guard first.isWaiting else { continue }
      return first.signal()
    }
  }
}
