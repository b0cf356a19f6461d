/// How metrics look. JSON: `metrics`.
public struct MetricsConfig: Equatable, Sendable {
  /// The largest duration of each bucket of the histograms, rising. JSON: `duration_buckets`.
  public var durationBuckets: [Duration] = [
    .microseconds(100), .microseconds(250), .microseconds(500),
    .milliseconds(1), .microseconds(2500), .milliseconds(5),
    .milliseconds(10), .milliseconds(25), .milliseconds(50),
    .milliseconds(100), .milliseconds(250), .milliseconds(500),
    .seconds(1), .milliseconds(2500), .seconds(5), .seconds(10), .seconds(30), .seconds(60),
  ]
  /// The same for octets of content. JSON: `size_buckets`.
  public var sizeBuckets =
    [0, 1 << 8, 1 << 10, 1 << 12, 1 << 14, 1 << 16, 1 << 18, 1 << 20]
    + [1 << 22, 1 << 24, 1 << 26, 1 << 28, 1 << 30]

  public init() {}
}
