public import Addressing

/// One entry of `listeners`: addresses that share protocols, limits and timeouts.
public struct ListenerConfig: Equatable, Sendable {
  /// The key in `listeners`.
  public var name = ""
  /// JSON: `bind`, a string or an array. `.ip`, `.unix` or `.inherited`; never empty.
  /// `"*:80"` is both `0.0.0.0:80` and `[::]:80`.
  public var bind: [Endpoint] = []
  /// JSON: `protocols.http1`; nil when `protocols` is there and does not name it.
  public var http1: HTTP1Config? = HTTP1Config()
  /// JSON: `protocols.http2`; nil as above.
  public var http2: HTTP2Config? = HTTP2Config()
  /// JSON: `protocols.websocket`; nil as above.
  public var websocket: WebSocketConfig? = WebSocketConfig()
  /// nil: connections are not encrypted.
  public var tls: ListenerTLSConfig?
  public var timeouts = ListenerTimeouts()
  public var forwarding = ForwardingConfig()
  /// Least rate, in octets a second, at which a client must send or take content, counted from 10 s
  /// on and only while we wait for the client. 0 turns it off. JSON: `min_rate`, a size (`"500B"`).
  public var minRate = 500
  /// Open connections of this listener over all workers; 0 means no limit of its own. JSON:
  /// `max_connections`.
  public var maxConnections = 0
  /// Whether our own answers and forwarded responses without one carry `Server: portico`. JSON:
  /// `server_field`.
  public var serverField = true
  /// Whether our own errors carry `Portico-Reason`, with the word that the log has. JSON:
  /// `reason_field`.
  public var reasonField = false
  /// JSON: `access_log`.
  public var accessLog = AccessLogRule.all

  public init() {}
}

/// HTTP/1.x on one listener. JSON: `protocols.http1`.
public struct HTTP1Config: Equatable, Sendable {
  /// What happens to a field whose name has an underscore or a dot, which CGI would fold into
  /// another's name.
  public enum OddNames: String, CaseIterable, Sendable { case drop, keep, reject }

  /// What a client that closes its sending half while it waits has done.
  public enum HalfClose: String, CaseIterable, Sendable {
    /// It has gone; its exchange is aborted.
    case abort
    /// It still wants the answer.
    case allow
  }

  /// Octets of the request line. Beyond: 414. JSON: `max_request_line`, `"8KiB"`.
  public var maxRequestLine = 8 * 1024
  /// Octets of request line and field section. Beyond: 431. JSON: `max_head`, `"32KiB"`,
  /// 1KiB...1MiB.
  public var maxHead = 32 * 1024
  /// Field lines. Beyond: 431. JSON: `max_fields`, 1...1000.
  public var maxFields = 100
  /// Requests on one connection; then it is closed. 0: no limit. JSON: `max_requests`.
  public var maxRequests = 10_000
  /// JSON: `odd_field_names`.
  public var oddNames = OddNames.drop
  /// JSON: `half_close`.
  public var halfClose = HalfClose.abort

  public init() {}
}

/// Deadlines on the client's side. JSON: `timeouts`.
public struct ListenerTimeouts: Equatable, Sendable {
  /// From accepting to the first octet; then a silent close. JSON: `first_byte`.
  public var firstByte: Duration = .seconds(10)
  /// From the first octet until the protocol is known. JSON: `select`.
  public var select: Duration = .seconds(3)
  /// From the first octet of a request to the end of its field section: 408. JSON: `head`.
  public var head: Duration = .seconds(10)
  /// Between two requests of HTTP/1; see ``HTTP2Config/idleTimeout``. JSON: `keep_alive`.
  public var keepAlive: Duration = .seconds(75)
  /// Between two pieces of request content: 408. JSON: `body_idle`.
  public var bodyIdle: Duration = .seconds(30)
  /// For the client to take a piece of the response. JSON: `write_idle`.
  public var writeIdle: Duration = .seconds(30)
  /// Age after which a connection is closed at the next end of an exchange, ±10 %; 0 never. JSON:
  /// `max_age`.
  public var maxAge: Duration = .seconds(3600)
  /// From the first octet until TLS has agreed. JSON: `tls_handshake`.
  public var tlsHandshake: Duration = .seconds(10)

  public init() {}
}

/// What Portico tells backends about the client, and whom it believes. JSON: `forwarding`.
public struct ForwardingConfig: Equatable, Sendable {
  /// Peers whose forwarding fields and request ids are kept. JSON: `trusted_proxies`, CIDR blocks
  /// or addresses; `"unix"` trusts peers on unix sockets.
  public var trustedProxies: [CIDRBlock] = []
  public var trustsUnixPeers = false
  /// `X-Forwarded-For`, `-Proto` and `-Host`. JSON: `x_forwarded`.
  public var xForwarded = true
  /// `Forwarded` (RFC 7239). JSON: `forwarded`.
  public var forwarded = false
  /// `X-Request-Id`. JSON: `request_id`.
  public var requestID = true
  /// The pseudonym in `Via`, which also tells loops. JSON: `via`, a token.
  public var via = "portico"

  public init() {}
}
