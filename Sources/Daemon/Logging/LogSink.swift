import Logging
import Synchronization
import System

/// Where the lines of the program log go, and from which level on.
final class LogSink: Sendable {
  /// Whether the journal reads what is written.
  let readsJournal: Bool
  private let output: OutputFile
  private let state = Mutex(State())

  private struct State {
    var level = Logger.Level.info
    /// Lines that nobody took.
    var dropped = 0
  }

  /// A reader that has stopped must not stop the control loop, which feeds the watchdog.
  private static let patience: Int32 = 100

  /// - Parameter output: Standard error, but for tests.
  init(output: consuming OutputFile = .standardError) {
    readsJournal = output.isJournal(Environment["JOURNAL_STREAM"])
    self.output = output
  }

  var level: Logger.Level {
    get { state.withLock { $0.level } }
    set { state.withLock { $0.level = newValue } }
  }

  /// Writes one line, with its line end, or drops it when nobody reads.
  func write(_ line: String) {
    guard output.waitForRoom(milliseconds: Self.patience) else {
      return state.withLock { $0.dropped += 1 }
    }
    let dropped = state.withLock { state in
      defer { state.dropped = 0 }
      return state.dropped
    }
    var text = line
    if dropped > 0 {
      text =
        ProgramLogHandler.line(
          time: readsJournal ? nil : Machine.wallClock, level: .warning,
          message: LogText.fact("log lines dropped", ["count": "\(dropped)"]), fields: [:]) + text
    }
    // An error here has nobody left to be told.
    do throws(OutputFile.WriteError) { try output.write(Array(text.utf8).span) } catch {}
  }
}
