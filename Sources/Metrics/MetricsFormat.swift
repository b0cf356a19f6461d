import Bytes

/// How metrics are written.
public enum MetricsFormat: Equatable, Sendable {
  /// The text format of Prometheus, version 0.0.4.
  case prometheus
  /// OpenMetrics 1.0.
  case openMetrics

  /// For `Content-Type`.
  public var contentType: StaticString {
    switch self {
    case .prometheus: "text/plain; version=0.0.4; charset=utf-8"
    case .openMetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8"
    }
  }

  /// What a client with this `Accept` gets: OpenMetrics only who names it.
  public init(accept: Span<UInt8>) {
    var members = ListCursor(0..<accept.count)
    self = .prometheus
    while let member = members.next(in: accept) {
      if accept.extracting(member).startsIgnoringCase(with: "application/openmetrics-text") {
        self = .openMetrics
      }
    }
  }
}
