import Addressing
import CMallocCounter
import Configuration
import EventLoop
import Glibc
import LoopTestSupport

@testable import Proxy

/// One worker on its own thread, between a client and a backend that are blocking sockets of
/// whoever calls: each speaks once an exchange, so that one thread can be both.
struct KeepAliveRig {
  /// What went wrong, of that which is not what the tests are about.
  struct Failure: Error {
    let what: String
  }

  private let group: WorkerGroup
  private let backendSocket: ListeningSocket
  private let client: Peer
  private var backend: Peer?

  private static let loopback = Endpoint.ip(IPAddress(v4: 0x7F00_0001), port: 0)

  init() async throws {
    backendSocket = try ListeningSocket(opening: Self.loopback)
    let front = try ListeningSocket(opening: Self.loopback)
    guard let group = WorkerGroup(count: 1, onEvent: { _ in }) else {
      throw Failure(what: "no descriptor")
    }
    self.group = group
    guard group.start() else { throw Failure(what: "no thread") }
    await group.adopt(
      ResolvedConfiguration(routing: Self.routing(to: backendSocket.bound, name: "test")))
    await group.open([OpenListener(name: "test", socket: front)])
    client = Peer(try Self.connect(to: front.bound))
  }

  /// One listener, one route, one cluster with one backend, no access log.
  private static func routing(to address: Endpoint, name: String) -> RoutingConfig {
    var listener = ListenerConfig()
    listener.name = name
    var subcluster = SubclusterConfig()
    subcluster.backends = [BackendConfig(address: address)]
    var cluster = ClusterConfig()
    cluster.name = name
    cluster.subclusters = [subcluster]
    var route = RouteConfig()
    route.action = .forward(cluster: 0)
    var routing = RoutingConfig()
    routing.listeners = [listener]
    routing.clusters = [cluster]
    routing.routes = [route]
    routing.logging.accessOutput = .off
    return routing
  }

  /// Ends the worker and its thread.
  func stop() async {
    client.close()
    backend?.close()
    await group.cutAll()
    for worker in group.workers { worker.loop.stop() }
  }

  /// Heap allocations of the worker's thread so far.
  func allocations() async -> Int {
    var sum = 0
    for worker in group.workers { sum += Int(await worker.allocationsSoFar()) }
    return sum
  }

  /// Sends `request` and answers it with `response`, as often as told, on the same two connections.
  ///
  /// - Parameters:
  ///   - request: Its end must also be the end of what the backend gets.
  ///   - response: Its end must also be the end of what the client gets.
  mutating func exchange(
    _ request: [UInt8], ending requestEnd: [UInt8], _ response: [UInt8],
    ending responseEnd: [UInt8], times: Int
  ) throws {
    for _ in 0..<times {
      client.send(request)
      let backend = try self.backend ?? Peer(Self.accept(on: backendSocket))
      self.backend = backend
      try Self.receive(from: backend, until: requestEnd)
      backend.send(response)
      try Self.receive(from: client, until: responseEnd)
    }
  }

  private static func receive(from peer: Peer, until end: [UInt8]) throws {
    var octets: [UInt8] = []
    while !octets.suffix(end.count).elementsEqual(end) {
      guard let piece = peer.receive(4096), !piece.isEmpty else {
        throw Failure(what: "no whole message, but \(String(decoding: octets, as: UTF8.self))")
      }
      octets += piece
    }
  }
}

// MARK: - Sockets

extension KeepAliveRig {
  private static let patienceInSeconds = 10

  /// The backend's end of the worker's connection.
  private static func accept(on socket: ListeningSocket) throws -> Int32 {
    var event = pollfd(fd: socket.descriptor, events: Int16(POLLIN), revents: 0)
    // Sound: one structure, that lives for the call.
    guard unsafe poll(&event, 1, Int32(patienceInSeconds * 1000)) == 1 else {
      throw Failure(what: "nobody connected to the backend")
    }
    let descriptor = Glibc.accept(socket.descriptor, nil, nil)
    guard descriptor >= 0 else { throw Failure(what: "accept") }
    limitWaits(of: descriptor)
    return descriptor
  }

  private static func connect(to endpoint: Endpoint) throws -> Int32 {
    guard case .ip(_, let port) = endpoint else { throw Failure(what: "no port") }
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    limitWaits(of: descriptor)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    // Sound: every socket address begins as `sockaddr` does, and the length says how long it is.
    let outcome = unsafe withUnsafePointer(to: address) {
      unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard outcome == 0 else { throw Failure(what: "connect") }
    return descriptor
  }

  private static func limitWaits(of descriptor: Int32) {
    var limit = timeval(tv_sec: patienceInSeconds, tv_usec: 0)
    // Sound: the kernel reads the structure that it is given.
    _ = unsafe setsockopt(
      descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
  }
}

extension Worker {
  /// Heap allocations of this worker's thread, which the method runs on as it is the actor's.
  fileprivate func allocationsSoFar() -> UInt { malloc_count() }
}
