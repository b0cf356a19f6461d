import Addressing
import Balancing
import Configuration
import EventLoop
import LoopTestSupport

@testable import Proxy

/// A worker's state on `loop`, without a worker.
func workerState(on loop: EventLoop) -> WorkerState {
  WorkerState(
    index: 0, loop: loop, load: ConnectionCount(), accessLog: AccessLogRing(), onEvent: { _ in })
}

/// A listener of no routes.
func listener(_ config: ListenerConfig = ListenerConfig()) -> ListenerRuntime {
  ListenerRuntime(
    config, routes: [], table: RouteTable(routes: [], listener: 0), load: ConnectionCount())
}

/// `backends` as `10.0.0.N:80`, with their weights.
func subcluster(
  _ name: String, weight: Int = 1, _ backends: KeyValuePairs<UInt32, Int>
) -> SubclusterConfig {
  var config = SubclusterConfig()
  config.name = name
  config.weight = weight
  config.backends = backends.map { number, weight in
    BackendConfig(address: .ip(IPAddress(v4: 0x0A00_0000 + number), port: 80), weight: weight)
  }
  return config
}

func cluster(_ name: String, _ subclusters: SubclusterConfig...) -> ClusterConfig {
  var config = ClusterConfig()
  config.name = name
  config.subclusters = subclusters
  return config
}

extension ClusterRuntime {
  /// The backend of the next request.
  func next() -> BackendRuntime? {
    guard case .backend(let index, _) = pick(BalanceQuery()) else { return nil }
    return backends[index]
  }
}
