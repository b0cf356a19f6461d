public import Addressing

/// Spans of requests, for a collector. JSON: `tracing`.
public struct TracingConfig: Equatable, Sendable {
  /// Where spans are sent, as OTLP over HTTP in JSON. `.ip` or `.unix`; nil: nothing is traced.
  /// JSON: `collector`.
  public var collector: Endpoint?
  /// JSON: `path`.
  public var path = "/v1/traces"
  /// The name of the service in spans. JSON: `service`.
  public var service = "portico"
  /// One request of so many begins a recorded trace; 0: none. JSON: `sample`.
  public var sample = 100

  public init() {}
}
