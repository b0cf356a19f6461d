/// Which requests have a line in the access log. JSON: `access_log` of listeners and routes,
/// `true`, `false` or an object.
public struct AccessLogRule: Equatable, Sendable {
  /// One request of so many, whatever became of it; 0: none for that alone. JSON: `sample`.
  public var sample = 1
  /// Beside those, all that ended early or with a status of 400 or more. JSON: `errors`.
  public var errors = false
  /// Beside those, all that took so long. JSON: `slower_than`.
  public var slowerThan: Duration?

  public init(sample: Int = 1, errors: Bool = false, slowerThan: Duration? = nil) {
    self.sample = sample
    self.errors = errors
    self.slowerThan = slowerThan
  }

  public static let all = AccessLogRule()
  public static let none = AccessLogRule(sample: 0)
}
