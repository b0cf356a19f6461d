import Addressing
import Bytes
public import Configuration
import HTTPSemantics

/// What would become of a request: its route and why others were not taken, its cluster, the shares
/// of subclusters and backends. Made with what serves requests, as if all backends were usable.
public struct Explanation {
  public private(set) var lines: [String] = []

  let routing: RoutingConfig
  let secrets: [String: [UInt8]]

  /// - Parameters:
  ///   - listener: The one that the request comes to; nil: the first that fits its scheme and port.
  ///   - secrets: What secret files contain, by path.
  public init(
    of explained: ExplainedRequest, listener: String? = nil, in routing: RoutingConfig,
    secrets: [String: [UInt8]] = [:]
  ) throws(ExplainedRequest.Invalid) {
    self.routing = routing
    self.secrets = secrets
    let request = try explained.parsed()
    let index = try Self.listener(listener, for: explained, in: routing)
    add("request", explained.summary)
    add("listener", routing.listeners[index].name)
    let route = Self.route(of: request, listener: index, in: routing.routes)
    if let route {
      let config = routing.routes[route]
      add("route", "\(config.name): \(config.pattern)")
      describe(config.action, for: request)
    } else {
      add("route", "none: 404 no_route")
    }
    describeOthers(than: route, for: request, listener: index)
  }

  /// A line with a word in front.
  mutating func add(_ word: String, _ text: String) {
    lines.append(word.padded(to: 12) + text)
  }

  mutating func addPlain(_ line: String) { lines.append(line) }

  private static func listener(
    _ name: String?, for request: ExplainedRequest, in routing: RoutingConfig
  ) throws(ExplainedRequest.Invalid) -> Int {
    let listeners = routing.listeners
    if let name {
      if let index = listeners.firstIndex(where: { $0.name == name }) { return index }
      let names = listeners.map(\.name).joined(separator: ", ")
      throw ExplainedRequest.Invalid(
        message: "there is no listener \"\(name)\"; there are \(names)", isUsage: true)
    }
    let fitting = listeners.indices.filter {
      (listeners[$0].tls != nil) == request.isEncrypted
        || listeners[$0].tls?.acceptsPlain == true
    }
    let exact = fitting.first { index in
      listeners[index].bind.contains { endpoint in
        if case .ip(_, let port) = endpoint { port == request.port } else { false }
      }
    }
    guard let index = exact ?? fitting.first else {
      let kind = request.isEncrypted ? "with TLS" : "without TLS"
      throw ExplainedRequest.Invalid(message: "there is no listener \(kind)")
    }
    return index
  }

  static func route(of request: Request, listener: Int, in routes: [RouteConfig]) -> Int? {
    let table = RouteTable(routes: routes, listener: listener)
    return request.withBytes { bytes in
      request.withPath { table.lookup(host: bytes[request.head.host], path: $0) }
    }
  }

  private mutating func describe(_ action: RouteConfig.Action, for request: Request) {
    switch action {
    case .forward(let cluster): describe(routing.clusters[cluster], for: request)
    case .redirect(let redirect): add("answer", "redirect with \(redirect.status)")
    case .respond(let response): add("answer", "\(response.status), without a backend")
    }
  }
}

extension String {
  func padded(to width: Int) -> String {
    self + String(repeating: " ", count: max(1, width - utf8.count))
  }
}
