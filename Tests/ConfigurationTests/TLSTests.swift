import Testing

@testable import Configuration

@Suite("TLS in the configuration")
struct TLSTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let text: String
    let problems: [String]

    init(_ text: String, _ problems: String...) {
      self.text = text
      self.problems = problems
    }

    var testDescription: String { text }
  }

  static let listeners = [
    Case("{}", "the key \"certificates\" is required"),
    Case(#"{"certificates":[]}"#, "certificates: at least one certificate is needed"),
    Case(
      #"{"certificates":[{"chain":""}]}"#,
      "certificates[0]: the key \"key\" is required", "certificates[0].chain: expected a path"),
    Case(
      #"{"certificates":[{"self_signed":["a,b"],"ocsp":"x"}]}"#,
      "certificates[0].ocsp: has no place beside self_signed",
      "certificates[0].self_signed[0]: expected a host name or an address"),
    Case(
      #"{"certificates":[{"self_signed":[]}]}"#,
      "certificates[0].self_signed: must not be empty"),
    Case(
      ok(#""min_version":"1.3","max_version":"1.2""#),
      "min_version: is higher than max_version"),
    Case(
      ok(#""min_version":"1.1""#),
      "min_version: expected one of 1.2, 1.3, found \"1.1\"; did you mean \"1.2\"?"),
    Case(
      ok(#""tickets":false,"ticket_keys":"k""#), "ticket_keys: has no effect without tickets"),
    Case(ok(#""session_lifetime":"0s""#), "session_lifetime: 0s is outside 1s...168h"),
    Case(ok(#""early_data":true"#), "early_data: is not yet supported"),
    Case(
      ok(#""key_log":"k""#),
      "warning: key_log: whoever can read this file can read what the connections carry"),
    Case(
      ok(#""client_certificates":{"mode":"maybe"}"#),
      "client_certificates: the key \"ca\" is required"),
    Case(
      ok(#""client_certificates":{"ca":"c","fields":{"Host":"subject","a b":"names"}}"#),
      "client_certificates.fields.Host: \(name)",
      "client_certificates.fields[\"a b\"]: \(name)"),
    Case(
      ok(#""client_certificates":{"ca":"c","fields":{"X-A":"name"}}"#),
      "client_certificates.fields.X-A: expected one of certificate, subject, issuer, serial, "
        + "fingerprint, names, found \"name\"; did you mean \"names\"?"),
  ]

  @Test(
    "facts of a certificate go into fields that nothing else reads or writes",
    arguments: [
      ("X-Client-Subject", true), ("Client-Cert", true), ("X-Forwarded-Client-Cert", true),
      ("Connection", false), ("Proxy-Connection", false), ("http2-settings", false), ("TE", false),
      ("Content-Length", false), ("Host", false), ("X-Real-IP", false), ("x-request-id", false),
      ("traceparent", false), ("Tracestate", false), ("grpc-timeout", false),
      ("Grpc-Status", false), ("Sec-WebSocket-Key", false), ("Priority", false),
      ("Authorization", false), ("Portico-Reason", false), (":path", false), ("", false),
    ])
  func fieldNames(name: String, isFree: Bool) {
    let fields = "{\"ca\":\"c\",\"fields\":{\"\(name)\":\"subject\"}}"
    let tls = Self.ok("\"client_certificates\":\(fields)")
    let result = load("{\"listeners\":{\"a\":{\"bind\":\"*:80\",\"tls\":\(tls)}}}")
    #expect(result.lines.isEmpty == isFree)
  }

  private static let name = "expected the name of a field that HTTP gives no meaning to"

  private static func ok(_ members: String) -> String {
    #"{"certificates":[{"self_signed":"a"}],\#(members)}"#
  }

  @Test("of a listener is refused, or warned of, where it is wrong", arguments: listeners)
  func listener(_ item: Case) {
    let text = "{\"listeners\":{\"a\":{\"bind\":\"*:80\",\"tls\":\(item.text)}}}"
    #expect(messages(load(text), under: "listeners.a.tls") == Set(item.problems))
  }

  static let clusters = [
    Case(#"{"verify":false,"ca":"c"}"#, "ca: has no effect without verify", unverified),
    Case(#"{"verify":false}"#, unverified),
    Case(#"{"name":"a:1"}"#, "name: expected a host name"),
    Case(
      #"{"certificate":{"self_signed":"a"}}"#,
      "certificate: the key \"chain\" is required", "certificate: the key \"key\" is required",
      "certificate.self_signed: there is no such key"),
  ]

  private static let unverified =
    "warning: verify: whoever sits between can read and change what is sent to backends"

  @Test("of a cluster is refused, or warned of, where it is wrong", arguments: clusters)
  func cluster(_ item: Case) {
    let text = """
      {"listeners":{"l":{"bind":"*:80"}},
       "clusters":{"a":{"backends":["b:1"],"tls":\(item.text)}}}
      """
    #expect(messages(load(text), under: "clusters.a.tls") == Set(item.problems))
  }

  @Test("takes a name for backends at unix sockets")
  func unixBackends() {
    func text(_ tls: String) -> String {
      """
      {"listeners":{"l":{"bind":"*:80"}},
       "clusters":{"a":{"backends":["unix:/s"],"tls":\(tls)}}}
      """
    }
    #expect(
      messages(load(text("{}")), under: "clusters.a.tls") == [
        "a backend at a unix socket has no name to be verified by; set \"name\""
      ])
    #expect(load(text(#"{"name":"a.example"}"#)).lines == [])
  }

  @Test("names files from where it stands")
  func paths() throws {
    let included = """
      {"listeners":{"a":{"bind":"*:80","tls":{"certificates":[{"chain":"c.pem","key":"/k.pem"}],
       "client_certificates":{"ca":"../ca.pem"}}}}}
      """
    let result = load(#"{"include":"sites/a.json"}"#, with: ["sites/a.json": included])
    let tls = try #require(result.snapshot?.routing.listeners.first?.tls)
    guard case .files(let chain, let key) = tls.certificates[0].source else {
      Issue.record("no files")
      return
    }
    #expect(chain.path == "sites/c.pem")
    #expect(key.path == "/k.pem")
    #expect(tls.clients?.ca.path == "sites/../ca.pem")
    #expect(chain.key == "listeners.a.tls.certificates[0].chain")
    #expect(
      chain.problem(.error, "is odd").description
        == "sites/a.json:1:66: listeners.a.tls.certificates[0].chain: sites/c.pem: is odd")
  }

  @Test("opens the door of ALPN to HTTP/2 alone")
  func opensALPN() {
    let protocols = #""protocols":{"http2":{"prior_knowledge":false}}"#
    #expect(load("{\"listeners\":{\"a\":{\"bind\":\"*:80\",\(protocols)}}}").snapshot == nil)
    let tls = #""tls":{"certificates":[{"self_signed":"a"}]}"#
    #expect(load("{\"listeners\":{\"a\":{\"bind\":\"*:80\",\(tls),\(protocols)}}}").lines == [])
  }

  /// Without their places and the path that all begin with.
  private func messages(_ result: ConfigurationResult, under path: String) -> Set<String> {
    Set(
      result.problems.map { problem in
        var rest = Substring(problem.path)
        if rest.hasPrefix(path) { rest = rest.dropFirst(path.count) }
        if rest.hasPrefix(".") { rest = rest.dropFirst() }
        let word = problem.severity == .warning ? "warning: " : ""
        return word + (rest.isEmpty ? "" : "\(rest): ") + problem.message
      })
  }
}
