import Addressing
import Configuration
import Testing

@testable import Proxy

@Suite("Explaining what would become of a request")
struct ExplanationTests {
  struct Files: FileSource {
    let text: String
    func read(_ path: String) throws(FileError) -> [UInt8] { Array(text.utf8) }
    func paths(matching pattern: String) -> [String] { [] }
  }

  private static let listeners = """
    "listeners": { "web": { "bind": "*:80" }, "admin": { "bind": "*:8080" },
      "safe": { "bind": "*:443", "tls": { "certificates": [{ "self_signed": "a" }] } } },
    """

  private static let shop = """
    "routes": [
      { "name": "cart", "hosts": "shop.example", "path": "/cart/*", "cluster": "shop" },
      { "name": "shop", "hosts": ["shop.example", "*.shop.example"], "cluster": "shop" },
      { "name": "inside", "listeners": "admin", "path": "/cart/*", "respond": {} },
      { "name": "moved", "path": "/old", "redirect": { "location": "/new" } },
      { "name": "rest", "respond": { "status": 404 } } ],
    "clusters": { "shop": { "balance": "least_requests", "subclusters": {
      "east": { "weight": 70, "backends": [
        { "address": "10.0.0.1:80", "weight": 3 }, "shop.internal:80" ] },
      "west": { "weight": 30, "backends": ["unix:/run/west"] } } } }
    """

  private func explain(
    _ text: String, _ url: String, _ fields: String..., listener: String? = nil,
    method: String = "GET"
  ) throws -> [String] {
    let result = loadConfiguration(
      at: "p.json", from: Files(text: "{\(Self.listeners)\(text)}"))
    try #require(result.problems.map(\.description) == [])
    let snapshot = try #require(result.snapshot)
    return try Explanation(
      of: ExplainedRequest(
        method: method, url: url, fields: fields, client: IPAddress("192.0.2.1")),
      listener: listener, in: snapshot.routing
    ).lines
  }

  @Test("route, shares and the reasons against other routes")
  func whole() throws {
    let lines = try explain(Self.shop, "http://shop.example/cart/1?x=y")
    #expect(
      lines == [
        "request     GET http://shop.example/cart/1?x=y",
        "listener    web",
        "route       cart: host shop.example, path /cart/*",
        "cluster     shop: least_requests",
        "subcluster  east  70 %  weight 70",
        "            10.0.0.1:80  52.5 %  weight 3",
        "            shop.internal:80  17.5 %  weight 1",
        "subcluster  west  30 %  weight 30",
        "            unix:/run/west  30 %  weight 1",
        "other routes",
        "  shop    would take it, too (host shop.example or *.shop.example, path /*), but is wider, "
          + "or stands later",
        "  inside  only on admin",
        "  moved   path is not /old",
        "  rest    would take it, too (host any, path /*), but is wider, or stands later",
      ])
  }

  static let routes: [(url: String, listener: String?, lines: [String])] = [
    (
      "http://a.shop.example/x", nil,
      ["listener    web", "route       shop: host shop.example or *.shop.example, path /*"]
    ),
    (
      "http://shop.example/./cart/../cart/%41", nil,
      ["route       cart: host shop.example, path /cart/*"]
    ),
    (
      "http://a.example/old", nil,
      ["route       moved: host any, path /old", "answer      redirect with 308"]
    ),
    (
      "http://a.example", nil,
      ["route       rest: host any, path /*", "answer      404, without a backend"]
    ),
    (
      "http://a.example:8080/cart/1", nil,
      ["listener    admin", "route       inside: host any, path /cart/*"]
    ),
    (
      "http://a.example/cart/1", "admin",
      ["listener    admin", "route       inside: host any, path /cart/*"]
    ),
    ("https://a.example/?q", nil, ["listener    safe"]),
    (
      "http://a.example/cart/1", nil,
      ["  inside  only on admin", "  cart    host is not shop.example"]
    ),
  ]

  @Test("finds listener and route as a request would", arguments: routes)
  func route(url: String, listener: String?, lines: [String]) throws {
    let explained = try explain(Self.shop, url, listener: listener)
    for line in lines { #expect(explained.contains(line), "\(explained)") }
  }

  @Test("no route is a 404")
  func noRoute() throws {
    let lines = try explain(#""routes": []"#, "http://a/")
    #expect(lines.last == "route       none: 404 no_route")
  }

  static let refused: [(method: String, url: String, fields: [String], message: String)] = [
    ("GET", "/x", [], "/x: expected a URL that begins with http:// or https://"),
    ("GET", "http://", [], "refused: 400 empty_host"),
    ("GET", "http://a b/", [], "refused: 400 invalid_host"),
    ("GET", "http://a/x y", [], "refused: 400 invalid_version"),
    ("GET", "http://a/../..", [], "refused: 400 path_above_root"),
    ("CONNECT", "http://a/", [], "refused: 405 method_not_allowed"),
    ("GET", "http://a/", ["Host: b"], "refused: 400 duplicate_host"),
    ("GET", "http://a/", ["X"], "refused: 400 invalid_field_name"),
    ("GET", "http://a/", ["X: y\r\nZ: z"], "a request's lines have no line breaks in them"),
  ]

  @Test("what no client may send is refused as it would be", arguments: refused)
  func refusal(method: String, url: String, fields: [String], message: String) throws {
    var caught: String?
    do throws(ExplainedRequest.Invalid) {
      let request = try ExplainedRequest(method: method, url: url, fields: fields)
      _ = try request.parsed()
    } catch {
      caught = error.message
    }
    #expect(caught?.hasPrefix(String(message.prefix(12))) == true, "\(caught ?? "nothing")")
    #expect(caught != nil)
  }

  @Test("a hash says where the request goes, and what it lacks")
  func hash() throws {
    let text = """
      "routes": [{ "name": "all", "cluster": "c" }],
      "clusters": { "c": { "balance": { "policy": "hash", "key": { "header": "X-User" } },
        "backends": ["10.0.0.1:80", "10.0.0.2:80", "10.0.0.3:80"] } }
      """
    let without = try explain(text, "http://a/")
    #expect(without.contains("cluster     c: hash of header x-user"))
    #expect(without.contains("            the request has no header x-user: backends in turn"))
    let homes = try (0..<30).map { user in
      try #require(
        try explain(text, "http://a/", "x-user: \(user)").first { $0.hasPrefix("goes to") })
    }
    #expect(Set(homes).count == 3)
    #expect(try explain(text, "http://a/", "X-USER: 7").contains(homes[7]))
  }

  @Test("a session says where the request goes")
  func sticky() throws {
    let text = """
      "routes": [{ "name": "all", "cluster": "c" }],
      "clusters": { "c": { "sticky": { "cookie": "at", "secret": "0123456789abcdef" },
        "backends": ["10.0.0.1:80", "10.0.0.2:80"] } }
      """
    #expect(
      try explain(text, "http://a/").contains("session     none: the answer sets the cookie \"at\"")
    )
    let config = StickyConfig(cookie: "at", secret: .text("0123456789abcdef"))
    let sessions = StickySessions(
      config, secret: Array("0123456789abcdef".utf8), cluster: "c",
      names: ["default\n10.0.0.1:80", "default\n10.0.0.2:80"])
    let field = String(decoding: sessions.field(for: 1, isSecure: false), as: UTF8.self)
    let cookie = field.prefix { $0 != ";" }
    #expect(
      try explain(text, "http://a/", "Cookie: \(cookie)")
        .contains("goes to     10.0.0.2:80, which its cookie \"at\" names"))
  }

  @Test("levels, what is preferred, and what is refused")
  func levels() throws {
    let text = """
      "routes": [{ "name": "all", "cluster": "c" }],
      "clusters": { "c": { "spill_below": 70, "prefer": "near", "subclusters": {
        "near": { "weight": 90, "backends": ["10.0.0.1:80"] },
        "far": { "weight": 1, "priority": 1, "backends": ["10.0.0.2:80"] },
        "shed": { "weight": 10, "refuse": 429 } } } }
      """
    let lines = try explain(text, "http://a/")
    #expect(lines.contains("subcluster  near  90 %  weight 90, preferred"))
    #expect(lines.contains("subcluster  far  0 %  weight 1, priority 1"))
    #expect(lines.contains("subcluster  shed  10 %  weight 10, refused with 429"))
    #expect(
      lines.contains("            others stand in when less than 70 % of those before are usable"))
  }
}
