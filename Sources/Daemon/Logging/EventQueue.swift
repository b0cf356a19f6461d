import Proxy
import Synchronization

/// What workers and the log's writer have to tell, on its way to the program log.
///
/// Whoever tells never waits: beyond a bound, events are counted instead of kept.
final class EventQueue: Sendable {
  enum Event: Sendable {
    case proxy(ProxyEvent)
    case accessLog(AccessLogWriter.Notice)
  }

  private struct State {
    var events: [Event] = []
    var lost = 0
    var onFirst: (@Sendable () -> Void)?
  }

  private static let most = 1000
  private let state = Mutex(State())

  /// - Parameter onFirst: Called by the thread that adds an event to an empty queue.
  func begin(onFirst: @escaping @Sendable () -> Void) {
    state.withLock { $0.onFirst = onFirst }
  }

  func add(_ event: Event) {
    let onFirst: (@Sendable () -> Void)? = state.withLock { state in
      guard state.events.count < Self.most else {
        state.lost += 1
        return nil
      }
      state.events.append(event)
      return state.events.count == 1 ? state.onFirst : nil
    }
    onFirst?()
  }

  /// Takes all events, and the number of those that found no room.
  func take() -> (events: [Event], lost: Int) {
    state.withLock { state in
      defer { (state.events, state.lost) = ([], 0) }
      return (state.events, state.lost)
    }
  }
}
