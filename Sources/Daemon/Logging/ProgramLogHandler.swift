import Logging
import System

/// Writes the program log: one line per fact, `TIME LEVEL what name=value`, to standard error.
///
/// Where the journal reads, the time gives way to the priority that the journal understands
/// (sd-daemon(3)): it has a clock of its own.
struct ProgramLogHandler: LogHandler {
  let sink: LogSink
  var metadata: Logger.Metadata = [:]
  var metadataProvider: Logger.MetadataProvider?

  /// One level for all: a reload changes it for every logger that was handed out.
  var logLevel: Logger.Level {
    get { sink.level }
    set { sink.level = newValue }
  }

  init(sink: LogSink) { self.sink = sink }

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    let fields = metadata.merging(event.metadata ?? [:]) { $1 }
    sink.write(
      Self.line(
        time: sink.readsJournal ? nil : Machine.wallClock, level: event.level,
        message: event.message.description, fields: fields))
  }

  /// - Parameter time: Microseconds since 1970; nil for the journal's form.
  static func line(
    time: Int64?, level: Logger.Level, message: String, fields: Logger.Metadata
  ) -> String {
    var line =
      if let time {
        "\(CalendarTime.internetText(microseconds: time)) \(level) \(LogText.oneLine(message))"
      } else {
        "<\(priority(of: level))>\(level) \(LogText.oneLine(message))"
      }
    for (name, value) in fields.sorted(by: { $0.key < $1.key }) {
      line += " \(name)=\(LogText.quoted(value.description))"
    }
    return line + "\n"
  }

  /// As syslog(3) counts.
  private static func priority(of level: Logger.Level) -> Int {
    switch level {
    case .trace, .debug: 7
    case .info: 6
    case .notice: 5
    case .warning: 4
    case .error: 3
    case .critical: 2
    }
  }
}
