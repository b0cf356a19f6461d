import Testing

@testable import Configuration

/// `conf/portico.schema.json` against the decoder, which is the truth.
@Suite("The JSON Schema")
struct SchemaTests {
  /// An object of the language: its name in the schema, its keys in the decoder, and a
  /// configuration that is right when the object's members are put in place of `@`.
  struct Object: Sendable, CustomTestStringConvertible {
    let name: String
    let keys: [String]
    let frame: String

    init(_ name: String, _ keys: (some ObjectKey).Type, _ frame: String) {
      self.name = name
      self.keys = keys.allCases.map(\.rawValue)
      self.frame = frame
    }

    var testDescription: String { name }
  }

  static let objects = [
    Object("", ConfigurationDraft.Key.self, "@"),
    Object("listener", ListenerDraft.Key.self, listener("@")),
    Object("protocols", ListenerDraft.ProtocolKey.self, listener(#""protocols":{"http1":{},@}"#)),
    Object("http1", HTTP1Config.Key.self, listener(#""protocols":{"http1":{@}}"#)),
    Object("http2", HTTP2Config.Key.self, listener(#""protocols":{"http1":{},"http2":{@}}"#)),
    Object(
      "websocket", WebSocketConfig.Key.self,
      listener(#""protocols":{"http1":{},"http2":{},"websocket":{@}}"#)),
    Object("listenerTLS", ListenerTLSConfig.Key.self, listener(#""tls":{\#(certificates),@}"#)),
    Object(
      "certificate", CertificateConfig.Key.self,
      listener(#""tls":{"certificates":[{"self_signed":["a"]},{"chain":"c","key":"k",@}]}"#)),
    Object(
      "clientCertificates", ClientCertificatesConfig.Key.self,
      listener(#""tls":{\#(certificates),"client_certificates":{"ca":"c",@}}"#)),
    Object("clusterTLS", ClusterTLSConfig.Key.self, cluster(#""tls":{@}"#)),
    Object(
      "clientCertificate", CertificateConfig.ClientKey.self,
      cluster(#""tls":{"certificate":{"chain":"c","key":"k",@}}"#)),
    Object("listenerTimeouts", ListenerTimeouts.Key.self, listener(#""timeouts":{@}"#)),
    Object("forwarding", ForwardingConfig.Key.self, listener(#""forwarding":{@}"#)),
    Object("route", RouteDraft.Key.self, #""routes":[{"respond":{},@}]"#),
    Object(
      "routeTimeouts", RouteDraft.TimeoutKey.self, #""routes":[{"respond":{},"timeouts":{@}}]"#),
    Object("redirect", RedirectConfig.Key.self, #""routes":[{"redirect":{"location":"/x",@}}]"#),
    Object("respond", FixedResponseConfig.Key.self, #""routes":[{"respond":{@}}]"#),
    Object("cluster", ClusterConfig.Key.self, cluster("@")),
    Object(
      "subcluster", SubclusterConfig.Key.self,
      // A second one, so that a weight of 0 is right in the first.
      #""clusters":{"d":{"subclusters":{"e":{"backends":["a:1"],@},"f":{"backends":["a:1"]}}}}"#),
    Object(
      "balance", BalanceConfig.Field.self,
      cluster(#""balance":{"policy":"hash","key":"path",@}"#)),
    Object(
      "balanceKey", BalanceConfig.Key.Field.self,
      cluster(#""balance":{"policy":"hash","key":{"header":"a",@}}"#)),
    Object(
      "sticky", StickyConfig.Key.self,
      cluster(#""sticky":{"cookie":"a","secret":"0123456789abcdef",@}"#)),
    Object("backend", BackendConfig.Key.self, cluster(#""backends":["a:2",{"address":"a:1",@}]"#)),
    Object(
      "backendHTTP2", BackendHTTP2Config.Key.self, cluster(#""protocol":"http2","http2":{@}"#)),
    Object("clusterTimeouts", ClusterTimeouts.Key.self, cluster(#""timeouts":{@}"#)),
    Object("names", NamesConfig.Key.self, cluster(#""names":{@}"#)),
    Object("resolver", ResolverConfig.Key.self, #""resolver":{@}"#),
    Object("pool", PoolConfig.Key.self, cluster(#""pool":{@}"#)),
    Object("limits", LimitsConfig.Key.self, cluster(#""limits":{@}"#)),
    Object(
      "adaptiveLimit", AdaptiveLimitConfig.Key.self, cluster(#""limits":{"adaptive":{@}}"#)),
    Object("ejection", EjectionConfig.Key.self, cluster(#""ejection":{@}"#)),
    Object("health", HealthConfig.Key.self, cluster(#""protocol":"http2","health":{@}"#)),
    Object("retries", RetryConfig.Key.self, cluster(#""retries":{@}"#)),
    Object("retryBudget", RetryBudgetConfig.Key.self, cluster(#""retries":{"budget":{@}}"#)),
    Object(
      "accessLogRule", AccessLogRule.Key.self, listener(#""access_log":{@}"#)),
    Object("admin", AdminConfig.Key.self, #""admin":{"bind":"unix:/a",@}"#),
    Object("tracing", TracingConfig.Key.self, #""tracing":{"collector":"127.0.0.1:1",@}"#),
    Object("metrics", MetricsConfig.Key.self, #""metrics":{@}"#),
    Object("logging", LoggingConfig.Key.self, #""logging":{@}"#),
    Object("access", LoggingConfig.AccessKey.self, #""logging":{"access":{@}}"#),
  ]

  private static let certificates = #""certificates":[{"self_signed":["a"]}]"#

  private static func listener(_ members: String) -> String {
    "\"listeners\":{\"m\":{\"bind\":\"*:81\",\(members)}}"
  }

  private static func cluster(_ members: String) -> String {
    let backends = members.contains("backends") ? "" : "\"backends\":[\"a:1\"],"
    return "\"clusters\":{\"d\":{\(backends)\(members)}}"
  }

  private let schema: JSONValue

  init() throws {
    let bytes = try DiskFiles().read(repositoryPath("conf/portico.schema.json"))
    var reader = JSONReader(SourceFile(path: "portico.schema.json", bytes: bytes))
    schema = reader.readDocument()
    try #require(reader.problems == [])
  }

  @Test(
    "knows the keys that the decoder knows, explains each, and allows no others", arguments: objects
  )
  func keys(_ object: Object) throws {
    let definition = try definition(object)
    let properties = try #require(definition["properties"]?.members)
    #expect(properties.map(\.key).sorted() == object.keys.sorted())
    for property in properties {
      #expect(property.value["description"]?.text?.isEmpty == false, "\(property.key)")
    }
    #expect(definition["additionalProperties"]?.isFalse == true)
  }

  @Test("has no objects with fixed keys beyond those of the decoder")
  func definitions() throws {
    let definitions = try #require(schema["$defs"]?.members)
    let objects = definitions.filter { $0.value["properties"] != nil }.map(\.key)
    #expect(Set(objects).union([""]) == Set(Self.objects.map(\.name)))
  }

  @Test("states the defaults that the decoder has", arguments: objects)
  func defaults(_ object: Object) throws {
    let properties = try #require(try definition(object)["properties"]?.members)
    let members = properties.compactMap { property in
      property.value["default"].map { "\"\(property.key)\":\($0.json)" }
    }
    let given = try #require(snapshot(object, members.joined(separator: ",")))
    let absent = try #require(snapshot(object, ""))
    #expect(given.startup == absent.startup)
    #expect(given.routing.listeners == absent.routing.listeners)
    #expect(given.routing.routes == absent.routing.routes)
    #expect(given.routing.logging == absent.routing.logging)
    #expect(given.routing.resolver == absent.routing.resolver)
    #expect(given.routing.shutdownDelay == absent.routing.shutdownDelay)
    #expect(given.routing.drainTimeout == absent.routing.drainTimeout)
    #expect(given.routing.clusters.map(withoutPlaces) == absent.routing.clusters.map(withoutPlaces))
  }

  @Test("states the ranges and the words that the decoder takes", arguments: objects)
  func ranges(_ object: Object) throws {
    for property in try #require(try definition(object)["properties"]?.members) {
      let key = property.key
      if let low = property.value["minimum"]?.integer, let high = property.value["maximum"]?.integer
      {
        for number in [low, high] {
          #expect(snapshot(object, "\"\(key)\":\(number)") != nil, "\(key)")
        }
        for number in [low - 1, high + 1] {
          #expect(snapshot(object, "\"\(key)\":\(number)") == nil, "\(key)")
        }
      }
      for word in property.value["enum"]?.elements ?? [] {
        #expect(snapshot(object, "\"\(key)\":\(word.json)") != nil, "\(key)")
      }
    }
  }

  /// What a configuration with these members of `object` comes to; nil when it is refused.
  private func snapshot(_ object: Object, _ members: String) -> Snapshot? {
    var text = #"{"listeners":{"l":{"bind":"*:80"}},"#
    // The root's own frame cannot say `listeners` twice.
    let framed = object.frame.replacing("@", with: members).replacing(",}", with: "}")
    if framed.hasPrefix("\"listeners\"") { text = "{" }
    return load("\(text)\(framed)}").snapshot
  }

  private func definition(_ object: Object) throws -> JSONValue {
    object.name.isEmpty ? schema : try #require(schema["$defs"]?[object.name])
  }

  /// Places differ between two documents; everything else must not.
  private func withoutPlaces(_ cluster: ClusterConfig) -> ClusterConfig {
    var cluster = cluster
    for index in cluster.subclusters.indices {
      for backend in cluster.subclusters[index].backends.indices {
        cluster.subclusters[index].backends[backend].location = SourceLocation()
      }
    }
    return cluster
  }
}

/// The path of a file in this repository.
func repositoryPath(_ path: String) -> String {
  let parts = #filePath.split(separator: "/").dropLast(3)
  return "/" + parts.joined(separator: "/") + "/" + path
}

extension JSONValue {
  fileprivate var members: [JSONObject.Member]? {
    if case .object(let object) = kind { object.members } else { nil }
  }

  fileprivate var elements: [JSONValue]? {
    if case .array(let elements) = kind { elements } else { nil }
  }

  fileprivate var text: String? { if case .string(let text) = kind { text } else { nil } }

  fileprivate var integer: Int? { if case .number(let text) = kind { Int(text) } else { nil } }

  fileprivate var isFalse: Bool { if case .bool(false) = kind { true } else { false } }

  fileprivate subscript(key: String) -> JSONValue? { members?.first { $0.key == key }?.value }

  /// As JSON again; the schema's defaults need no escapes.
  fileprivate var json: String {
    switch kind {
    case .null: "null"
    case .bool(let value): "\(value)"
    case .number(let text): text
    case .string(let text): "\"\(text)\""
    case .array(let elements): "[\(elements.map(\.json).joined(separator: ","))]"
    case .object(let object):
      "{\(object.members.map { "\"\($0.key)\":\($0.value.json)" }.joined(separator: ","))}"
    case .invalid: ""
    }
  }
}
