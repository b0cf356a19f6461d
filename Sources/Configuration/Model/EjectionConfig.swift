/// When a backend is ejected for what it answers. JSON: `ejection`.
public struct EjectionConfig: Equatable, Sendable {
  /// Failures in a row; 0: they are not counted. 0...255.
  public var consecutive = 5
  /// Failures for every hundred requests of a window; 0: they are not counted. 0...100.
  public var percent = 0
  /// Requests to the backend in a window, on each worker, that the share needs. 1...1,000,000.
  /// JSON: `min_requests`.
  public var minRequests = 20
  public var window: Duration = .seconds(10)
  /// How long the first ejection lasts; the second one twice as long, the third three times. JSON:
  /// `base_time`.
  public var baseTime: Duration = .seconds(10)
  /// The most that it grows to. JSON: `max_time`.
  public var maxTime: Duration = .seconds(300)
  /// Backends of the cluster that may be ejected at the same time, of a hundred. 0...100. JSON:
  /// `max_percent`.
  public var maxPercent = 50
  /// Statuses that are failures. 400...599.
  public var statuses: Set<Int> = [502, 503, 504]

  public init() {}
}
