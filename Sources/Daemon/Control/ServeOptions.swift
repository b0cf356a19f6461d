/// What the command line says about serving.
public struct ServeOptions: Sendable {
  /// The main configuration file.
  public var configuration: String
  /// Worker threads; nil leaves it to the configuration.
  public var workers: Int?
  /// Whether to run a demo origin for every backend of the configuration, in this process.
  public var runsOrigins = false
  /// The version of the executable, as metrics tell it.
  public var version = ""

  public init(configuration: String, workers: Int? = nil, runsOrigins: Bool = false) {
    self.configuration = configuration
    self.workers = workers
    self.runsOrigins = runsOrigins
  }
}
