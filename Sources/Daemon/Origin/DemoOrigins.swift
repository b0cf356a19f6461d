import Addressing
import Configuration
import EventLoop
import Proxy
import System

/// Why a demo origin cannot run.
struct OriginFailure: Error, Equatable {
  let message: String
}

/// A demo origin that a configuration takes.
struct DemoOrigin: Equatable, Sendable {
  let endpoint: Endpoint
  /// `east/9101`: subcluster and port.
  let name: String

  /// One for every address that is a backend's; a name tells of its first place.
  static func all(for routing: RoutingConfig) -> [DemoOrigin] {
    var origins: [DemoOrigin] = []
    var seen: Set<Endpoint> = []
    for subcluster in routing.clusters.flatMap(\.subclusters) {
      for backend in subcluster.backends where seen.insert(backend.address).inserted {
        let label = backend.address.shortLabel
        origins.append(DemoOrigin(endpoint: backend.address, name: "\(subcluster.name)/\(label)"))
      }
    }
    return origins
  }
}

/// Opens the socket of a demo origin.
func openOrigin(on endpoint: Endpoint) throws(OriginFailure) -> ListeningSocket {
  do throws(ListeningSocket.OpenError) {
    return try ListeningSocket(opening: endpoint)
  } catch {
    switch error {
    case .noAddress:
      throw OriginFailure(message: "an origin cannot listen on \(endpoint)")
    case .failed(let call, let code):
      throw OriginFailure(
        message: "an origin cannot listen on \(endpoint): \(call): \(errorText(code))")
    }
  }
}

/// Runs an origin for every backend of `routing`, all on one thread, as long as the process lives.
func runDemoOrigins(for routing: RoutingConfig) throws(OriginFailure) {
  var sockets: [(ListeningSocket, String)] = []
  for origin in DemoOrigin.all(for: routing) {
    sockets.append((try openOrigin(on: origin.endpoint), origin.name))
  }
  guard let origin = Origin() else { throw OriginFailure(message: noDescriptor) }
  guard origin.loop.startThread(name: "origins") else {
    throw OriginFailure(message: "a thread cannot be started")
  }
  for (socket, name) in sockets {
    Task(executorPreference: origin.loop) { await origin.serve(socket, as: name) }
  }
}

/// What to try first, for people who have just started the demo.
func demoHint(for sockets: [OpenSockets], encryptedListeners: [String]) -> String {
  let listeners = sockets.flatMap(\.listeners).filter { $0.socket.bound.isInternet }
  guard let address = listeners.first?.socket.bound else { return "" }
  var trials = [("curl http://\(address)/", "which subcluster and backend answered")]
  if let encrypted = listeners.first(where: { encryptedListeners.contains($0.name) }) {
    trials.append(("curl -k https://\(encrypted.socket.bound)/", "the same, encrypted"))
  }
  trials.append(("\(CommandLine.arguments[0]) top", "what goes through, live"))
  let width = trials.map(\.0.count).max() ?? 0
  let lines = trials.map { command, what in
    "  \(command)\(String(repeating: " ", count: width - command.count + 3))\(what)"
  }
  return """

    Portico serves. In another terminal:

    \(lines.joined(separator: "\n"))
      for i in $(seq 10); do curl -s http://\(address)/ | cut -d, -f1; done

    Control-C stops it.


    """
}

extension Endpoint {
  fileprivate var isInternet: Bool {
    if case .ip = self { true } else { false }
  }

  fileprivate var shortLabel: String {
    switch self {
    case .ip(_, let port), .name(_, let port): "\(port)"
    case .unix(let path): path.split(separator: "/").last.map(String.init) ?? path
    case .inherited(let name), .service(let name): name
    }
  }
}
