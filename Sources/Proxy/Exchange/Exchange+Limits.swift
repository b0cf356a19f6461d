import Balancing
import EventLoop
import HTTPSemantics

// Waiting until a cluster and its backends may be given one more request.
extension Exchange {
  /// The next backend that has room, with the right to a request of it and of the cluster; waits
  /// for both if need be.
  ///
  /// - Parameter again: The one that is to have the next try, if it can.
  func chooseWithinLimits<Client: DownstreamStream>(
    _ client: Client, from cluster: ClusterRuntime, _ plan: RetryPlan, _ limits: ClusterLimits,
    _ again: BackendRuntime?
  ) async throws(ProxyError) -> BackendRuntime {
    // It has just had this request, so that it has room, unless somebody was quicker.
    if let again, limits.reserve() {
      if again.tryToBegin(limits) { return again }
      limits.releaseUnused()
    }
    if !limits.hasWaiting, let backend = try admit(client, to: cluster, plan, limits) {
      return backend
    }
    log.phase = .queue
    guard limits.canWait else { throw Self.limit(.queueFull) }
    let began = Instant.read()
    defer { log.queued(since: began) }
    let queueDeadline = min(deadline, state.loop.now + cluster.queueTimeout)
    let point = WaitPoint(on: state.loop)
    limits.beganWaiting()
    defer { limits.endedWaiting() }
    // What another worker gave back before we were counted was told to nobody.
    if !limits.hasWaiting, let backend = try admit(client, to: cluster, plan, limits) {
      return backend
    }
    var isFirst = false
    while true {
      do throws(TransportError) { try watch(client, point) } catch { throw .clientGone }
      let outcome = await limits.wait(
        at: point, isFirst: isFirst, until: queueDeadline, on: state.loop)
      stopWatching(client)
      if let abortCause {
        // The wake-up was for whoever can use it.
        if outcome == .ready { limits.wakeFirst() }
        throw abortCause
      }
      switch outcome {
      case .aborted: throw .clientGone
      case .deadline: throw isTooLate ? Self.totalTimeout : Self.limit(.queueTimeout)
      case .ready:
        isFirst = true
        let backend: BackendRuntime?
        do throws(ProxyError) {
          backend = try admit(client, to: cluster, plan, limits)
        } catch {
          // For the others it is over as well, if nobody can be used any more.
          limits.wakeFirst()
          throw error
        }
        if let backend {
          // There may be room for the next one, too.
          limits.wakeFirst()
          return backend
        }
      }
    }
  }

  private static func limit(_ reason: Reason) -> ProxyError {
    ProxyError(
      source: .upstream, status: .serviceUnavailable, reason: reason, retryAfterSeconds: 1)
  }

  /// - Returns: nil when all that could be used have enough to do.
  private func admit<Client: DownstreamStream>(
    _ client: Client, to cluster: ClusterRuntime, _ plan: RetryPlan, _ limits: ClusterLimits
  ) throws(ProxyError) -> BackendRuntime? {
    guard limits.reserve() else { return nil }
    var full: [Int] = []
    while true {
      let backend: BackendRuntime
      do throws(ProxyError) {
        backend = try choose(from: cluster, for: client, plan, butNot: full)
      } catch {
        limits.releaseUnused()
        if full.isEmpty { throw error }
        return nil
      }
      if backend.tryToBegin(limits) { return backend }
      backend.shared.undoTry(at: state.loop.now.milliseconds)
      full.append(backend.index)
    }
  }
}
