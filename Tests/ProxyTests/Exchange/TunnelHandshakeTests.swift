import Bytes
import CodecTestSupport
import Configuration
import EventLoop
import HTTP1
import HTTPSemantics
import Testing

@testable import Proxy

@Suite("Who gets a tunnel for WebSocket, RFC 6455 §4 and RFC 8441 §5")
struct TunnelHandshakeTests {
  enum Outcome: Equatable, Sendable {
    case plain, tunnel
    case refused(status: UInt16, String)
  }

  /// Where the request comes in, and what it meets there.
  struct Place: Sendable {
    var listenerSpeaksIt = true
    var routeAllowsIt = true
    var backends = ClusterConfig.BackendProtocol.http1
    var action: RouteConfig.Action = .forward(cluster: 0)
  }

  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    let request: String
    var place = Place()
    let outcome: Outcome
    var testDescription: String { name }
  }

  static let asks = "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"

  static let cases: [Case] = [
    Case(name: "no upgrade", request: "GET / HTTP/1.1\r\nHost: a\r\n", outcome: .plain),
    Case(name: "an upgrade", request: asks, outcome: .tunnel),
    Case(
      name: "in any case, among others",
      request: """
        GET / HTTP/1.1\r\nHost: a\r\nConnection: x, UPGRADE\r\nUpgrade: h2c\r
        Upgrade: ,TLS/1.0 , WebSocket\r\n
        """, outcome: .tunnel),
    Case(
      name: "one that Connection does not name",
      request: "GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\n", outcome: .plain),
    Case(
      name: "to another protocol",
      request: "GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: h2c\r\n",
      outcome: .plain),
    Case(
      name: "with a version",
      request: "GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: websocket/13\r\n",
      outcome: .plain),
    Case(
      name: "in HTTP/1.0",
      request: "GET / HTTP/1.0\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: websocket\r\n",
      outcome: .plain),
    Case(
      name: "where the listener does not speak it", request: asks,
      place: Place(listenerSpeaksIt: false), outcome: .plain),
    Case(
      name: "where the route forbids it", request: asks, place: Place(routeAllowsIt: false),
      outcome: .plain),
    Case(
      name: "to backends that speak HTTP/2", request: asks, place: Place(backends: .http2),
      outcome: .plain),
    Case(
      name: "of what we answer ourselves", request: asks,
      place: Place(action: .respond(FixedResponseConfig())), outcome: .plain),
    Case(
      name: "another method", request: "POST" + asks.dropFirst(3),
      outcome: .refused(status: 400, "websocket_not_get")),
    Case(
      name: "a length, even of 0", request: asks + "Content-Length: 0\r\n",
      outcome: .refused(status: 400, "websocket_with_content")),
    Case(
      name: "chunks", request: asks + "Transfer-Encoding: chunked\r\n",
      outcome: .refused(status: 400, "websocket_with_content")),
  ]

  @Test("an upgrade is for whom it is meant", arguments: cases)
  func upgrade(_ each: Case) throws {
    #expect(Self.outcome(of: try Self.request(each.request), each.place) == each.outcome)
  }

  static let connects: [(protocol: String, place: Place, outcome: Outcome)] = [
    ("websocket", Place(), .tunnel),
    ("WebSocket", Place(), .tunnel),
    ("connect-udp", Place(), .refused(status: 501, "unsupported_connect_protocol")),
    (
      "websocket", Place(routeAllowsIt: false),
      .refused(status: 501, "unsupported_connect_protocol")
    ),
    (
      "websocket", Place(backends: .http2),
      .refused(status: 501, "unsupported_connect_protocol")
    ),
  ]

  @Test("an extended CONNECT that cannot be had is told so", arguments: connects)
  func connect(_ protocol: String, _ place: Place, _ outcome: Outcome) throws {
    let request = try Self.connect(to: `protocol`)
    #expect(Self.outcome(of: request, place) == outcome)
  }

  @Test("a backend is asked with our key for a stream of HTTP/2, and with the client's otherwise")
  func asksBackend() throws {
    let key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
    let http1 = try Self.request(Self.asks + key + "TE: trailers\r\n")
    let own = try Self.connect(to: "websocket", key)
    let place = Place()
    for request in [http1, own] {
      request.tunnel = try Tunnel.asked(
        by: request, of: Self.listener(place), on: Self.route(place))
    }
    let upgrade = written { http1.tunnel?.writeRequest(into: &$0) }
    #expect(upgrade == "Connection: Upgrade\r\nUpgrade: websocket\r\n")
    let ours = try #require(own.tunnel?.key)
    let withKey = written { own.tunnel?.writeRequest(into: &$0) }
    #expect(withKey == upgrade + "Sec-WebSocket-Key: \(ours.value.text)\r\n")
    #expect(Self.forwarded(http1) == ["Host", "Sec-WebSocket-Key"])
    #expect(Self.forwarded(own) == ["Host"])
  }

  static let consents: [(answer: String, reason: String?)] = [
    ("Connection: upgrade\r\nUpgrade: WebSocket\r\n", nil),
    ("Upgrade: websocket\r\nConnection: keep-alive, upgrade\r\n", nil),
    ("Upgrade: websocket\r\n", "wrong_upgrade"),
    ("Connection: upgrade\r\n", "wrong_upgrade"),
    ("Connection: upgrade\r\nUpgrade: h2c\r\n", "wrong_upgrade"),
    ("Connection: upgrade\r\nUpgrade: websocket, websocket\r\n", "wrong_upgrade"),
    ("Connection: upgrade\r\nUpgrade: websocket\r\nContent-Length: 1\r\n", "framed_upgrade"),
  ]

  @Test("a consent is to what was asked for", arguments: consents)
  func consent(_ answer: String, _ reason: String?) throws {
    let tunnel = Tunnel(key: nil, idleTimeout: .seconds(1))
    #expect(try Self.refusal(of: answer, by: tunnel) == reason)
  }

  static let accepts: [(fields: String, isRight: Bool)] = [
    ("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n", true),
    ("sec-websocket-accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n", true),
    ("", false),
    ("Sec-WebSocket-Accept: S3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n", false),
    ("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo\r\n", false),
    (
      """
      Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r
      Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n
      """, false
    ),
  ]

  @Test("a handshake of ours is proved to have been understood", arguments: accepts)
  func accept(_ fields: String, _ isRight: Bool) throws {
    let key = WebSocketKey(nonce: (0x7468_6520_7361_6D70, 0x6C65_206E_6F6E_6365))
    let answer = "Connection: upgrade\r\nUpgrade: websocket\r\n" + fields
    let theirs = Tunnel(key: nil, idleTimeout: .seconds(1))
    let ours = Tunnel(key: key, idleTimeout: .seconds(1))
    #expect(try Self.refusal(of: answer, by: theirs) == nil)
    #expect(try Self.refusal(of: answer, by: ours) == (isRight ? nil : "wrong_websocket_accept"))
  }

  @Test("it is idle when nothing has moved for its time, not before")
  func idle() {
    let tunnel = Tunnel(key: nil, idleTimeout: .seconds(5))
    tunnel.moved(at: Instant(microseconds: 1_000_000))
    #expect(tunnel.deadline == Instant(microseconds: 6_000_000))
    tunnel.moved(at: Instant(microseconds: 3_000_000))
    #expect(tunnel.deadline == Instant(microseconds: 8_000_000))
  }
}

// MARK: - What the tests ask

extension TunnelHandshakeTests {
  struct Incomplete: Error {}

  /// A request as an HTTP/1.1 session has read it.
  fileprivate static func request(_ fields: String) throws -> Request {
    let wire = Array((fields + "\r\n").utf8)
    let request = Request(.http1)
    request.buffer = ByteBuffer(capacity: wire.count)
    unsafe request.buffer.withUnsafeMutableBytes { unsafe $0.copyBytes(from: wire) }
    var parser = RequestHeadParser(limits: HeadLimits())
    guard try parser.parse(wire.span, into: &request.head) else { throw Incomplete() }
    return request
  }

  /// As an HTTP/2 session has read it: the rest of the head is what HTTP/1.1 has, too.
  fileprivate static func connect(
    to name: String, _ fields: String = ""
  ) throws -> Request {
    let request = try request("GET /\(name) HTTP/1.1\r\nHost: a\r\n" + fields)
    let target = request.head.target.range
    request.head.method = .connect
    request.head.connectProtocol = ByteRange(target.lowerBound + 1..<target.upperBound)
    return request
  }

  fileprivate static func listener(_ place: Place) -> ListenerRuntime {
    var config = ListenerConfig()
    if !place.listenerSpeaksIt { config.websocket = nil }
    return ProxyTests.listener(config)
  }

  fileprivate static func route(_ place: Place) -> RouteRuntime {
    var config = RouteConfig()
    config.action = place.action
    if !place.routeAllowsIt { config.upgrades = [] }
    var backends = cluster("c", subcluster("s", [1: 1]))
    backends.protocol = place.backends
    return RouteRuntime(
      config,
      clusters: [
        ClusterRuntime(
          backends, ResolvedConfiguration(routing: RoutingConfig()), shared: SharedState(),
          startingAt: 0)
      ])
  }

  fileprivate static func outcome(of request: Request, _ place: Place) -> Outcome {
    do throws(ProxyError) {
      let tunnel = try Tunnel.asked(by: request, of: listener(place), on: route(place))
      return tunnel == nil ? .plain : .tunnel
    } catch {
      return .refused(status: error.status.rawValue, error.reason.description)
    }
  }

  /// Names of the fields that go on.
  fileprivate static func forwarded(_ request: Request) -> [String] {
    request.withBytes { bytes in
      request.head.fields.lines.filter { !$0.isHopByHop }.map { bytes[$0.name].text }
    }
  }

  fileprivate static func refusal(of answer: String, by tunnel: Tunnel) throws -> String? {
    let wire = Array("HTTP/1.1 101 Switching Protocols\r\n\(answer)\r\n".utf8)
    var head = ResponseHead()
    var parser = ResponseHeadParser(limits: .response)
    guard try parser.parse(wire.span, requestMethod: .get, into: &head) else { throw Incomplete() }
    do throws(ProxyError) {
      try tunnel.checkConsent(head, wire.span)
      return nil
    } catch {
      return error.reason.description
    }
  }
}
