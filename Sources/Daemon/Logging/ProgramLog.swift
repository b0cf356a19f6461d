import Configuration
import Logging

/// The program log, as the daemon writes to it.
struct ProgramLog: Sendable {
  private let sink: LogSink
  private let logger: Logger

  init(sink: LogSink = LogSink()) {
    self.sink = sink
    logger = Logger(label: "portico") { _ in ProgramLogHandler(sink: sink) }
  }

  /// Facts of this level and above are written. Default: info.
  var level: LoggingConfig.Level {
    get { LoggingConfig.Level(rawValue: sink.level.rawValue) ?? .info }
    nonmutating set { sink.level = Logger.Level(rawValue: newValue.rawValue) ?? .info }
  }

  func debug(_ what: String, _ fields: KeyValuePairs<String, String> = [:]) {
    logger.debug("\(LogText.fact(what, fields))")
  }

  func info(_ what: String, _ fields: KeyValuePairs<String, String> = [:]) {
    logger.info("\(LogText.fact(what, fields))")
  }

  func notice(_ what: String, _ fields: KeyValuePairs<String, String> = [:]) {
    logger.notice("\(LogText.fact(what, fields))")
  }

  func warning(_ what: String, _ fields: KeyValuePairs<String, String> = [:]) {
    logger.warning("\(LogText.fact(what, fields))")
  }

  func error(_ what: String, _ fields: KeyValuePairs<String, String> = [:]) {
    logger.error("\(LogText.fact(what, fields))")
  }

  /// Text for people, which is no fact of the log.
  func plain(_ text: String) { sink.write(text) }

  /// Each as a line of its own: `file:line:column: path: message`.
  func problems(_ problems: [ConfigurationProblem]) {
    for problem in problems {
      switch problem.severity {
      case .error: logger.error("\(problem.description)")
      case .warning: logger.warning("\(problem.description)")
      }
    }
  }
}
