import Addressing
import Configuration

/// What makes a listening socket the same one after a reload: its listener's name and what it was
/// asked to listen on.
struct ListenerKey: Hashable, Sendable {
  /// The listener's key in the configuration.
  let listener: String
  let endpoint: Endpoint

  /// All that `routing` asks for, in its order.
  static func all(of routing: RoutingConfig) -> [ListenerKey] {
    routing.listeners.flatMap { listener in
      listener.bind.map { ListenerKey(listener: listener.name, endpoint: $0) }
    }
  }
}
