/// What is written where. JSON: `logging`.
public struct LoggingConfig: Equatable, Sendable {
  public enum Level: String, CaseIterable, Sendable {
    case trace, debug, info, notice, warning, error, critical
  }

  /// Where access log lines go. JSON: `access.output`, `"stdout"`, `"off"`, a file's path, or
  /// `"syslog:/dev/log"`.
  public enum AccessOutput: Equatable, Sendable {
    case off, standardOutput
    case file(path: String)
    /// The datagram socket of a syslog daemon.
    case syslog(path: String)
  }

  /// How an access log line looks. JSON: `access.format`, `"json"`, `"common"`,
  /// `"combined"` or a text template.
  public enum AccessFormat: Equatable, Sendable {
    case json
    /// The pieces of a template such as `{client} "{method} {target}" {status}`; see
    /// ``AccessVariable``.
    case text([AccessPiece])
  }

  public enum AccessPiece: Equatable, Sendable {
    case literal(String)
    case variable(AccessVariable)
  }

  /// What a text template can name, in braces.
  public enum AccessVariable: String, CaseIterable, Sendable {
    /// RFC 3339 with milliseconds, UTC.
    case time
    /// `10/Oct/2026:13:55:36 +0000`, as the common log format has it.
    case timeCommon = "time_common"
    case listener, route, cluster, subcluster, backend, client, peer, method, target, path, host
    case proto = "protocol"
    case status
    /// Octets of content received from and sent to the client.
    case bytesIn = "bytes_in"
    case bytesOut = "bytes_out"
    /// Whole time of the request in seconds with microseconds, `0.001234`.
    case duration
    case requestID = "request_id"
    case attempts
    /// `-`, or why the exchange ended early (one word, `client_abort`).
    case end
    case userAgent = "user_agent"
    case referer
    /// Who ended it, and in which phase; see `Termination`.
    case termination
    // The time of each phase in microseconds, `-` for one that it did not come to.
    case waitTime = "wait_us"
    case headTime = "head_us"
    case queueTime = "queue_us"
    case connectTime = "connect_us"
    case requestTime = "request_us"
    case backendTime = "backend_us"
    case responseTime = "response_us"
    case tlsVersion = "tls_version"
    case tlsCipher = "tls_cipher"
    case traceID = "trace_id"
    case spanID = "span_id"
  }

  /// JSON: `level`.
  public var level = Level.info
  public var accessOutput = AccessOutput.standardOutput
  public var accessFormat = AccessFormat.json

  public init() {}
}
