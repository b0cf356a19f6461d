import Addressing
import EventLoop
import TLS

/// What there is to say of one open client connection.
public struct ConnectionReport: Sendable {
  /// `fresh` (nothing has come yet), `identifying`, `idle`, `parked` (idle, without a task); what
  /// its exchange is about to do (``Termination/Phase/name``); `serving` where streams say that.
  public let phase: String
  /// How many streams of HTTP/2 are in each phase, in the order of an exchange's life.
  public let streams: [(phase: String, count: Int)]
  public let worker: Int
  public let listener: String
  /// The peer's address, or `unix:`.
  public let client: String
  /// `http1`, `http2`.
  public let service: String
  /// nil in clear.
  public let tls: String?
  /// Requests that have come on it.
  public let requests: Int
  /// Seconds since it was accepted.
  public let age: Int64
}

extension ConnectionReport {
  init(_ connection: DownstreamConnection, worker: Int) {
    if connection.isParked {
      phase = "parked"
    } else if connection.phase == .serving, let exchange = connection.exchangeLog {
      phase = exchange.phase.name
    } else {
      phase = connection.phase == .waking ? "idle" : "\(connection.phase)"
    }
    streams = connection.http2.map { Self.phases(of: $0) } ?? []
    self.worker = worker
    listener = connection.listener.name
    client = connection.peer?.description ?? "unix:"
    service = connection.http2 == nil ? "http1" : "http2"
    tls = connection.transport.tls?.version.rawValue
    requests = connection.requests
    age = (connection.state.loop.now - connection.openedAt).microseconds / 1_000_000
  }
}

extension ConnectionReport {
  private static func phases(of session: HTTP2Session) -> [(phase: String, count: Int)] {
    let open = session.streams.compactMap { ($0 as? HTTP2RequestStream)?.exchangeLog.phase }
    return Termination.Phase.inOrder.compactMap { phase in
      let count = open.count { $0 == phase }
      return count == 0 ? nil : (phase.name, count)
    }
  }
}

extension Worker {
  /// Up to `limit` open connections: those first that were active last.
  func connections(limit: Int) -> [ConnectionReport] {
    state.connections.newest(limit).map { ConnectionReport($0, worker: index) }
  }
}

extension WorkerGroup {
  /// What is open now: up to `limit` connections of each worker, those first that were active last.
  public func connections(limit: Int) async -> [ConnectionReport] {
    var reports: [ConnectionReport] = []
    for worker in workers { reports += await worker.connections(limit: limit) }
    return reports
  }
}
