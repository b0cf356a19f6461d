import Bytes
import Configuration
import Synchronization
import System

/// Where access log lines go. Used by the log's thread, and by one other that opens it.
final class AccessLogDestination: Sendable {
  enum Place: Equatable, Sendable {
    case standardOutput
    case file(path: String)
    /// A syslog daemon's socket.
    case syslog(path: String)
  }

  let place: Place
  private let file: OutputFile
  /// nil while the daemon behind it is away.
  private let socket: Mutex<LogSocket?>
  /// Whether the file ends within a line.
  private let isCut = Atomic(false)

  /// - Throws: Why it cannot be opened.
  init(_ place: Place) throws(OutputFile.WriteError) {
    self.place = place
    switch place {
    case .standardOutput:
      file = .standardOutput
      socket = Mutex(nil)
    case .file(let path):
      file = try OutputFile(appendingTo: path)
      socket = Mutex(nil)
    case .syslog(let path):
      let opened = try LogSocket(connectedTo: path)
      file = .standardOutput
      socket = Mutex(opened)
    }
  }

  /// What the configuration names; nil when the log is off.
  static func open(
    _ output: LoggingConfig.AccessOutput
  ) throws(OutputFile.WriteError) -> AccessLogDestination? {
    switch output {
    case .off: nil
    case .standardOutput: try AccessLogDestination(.standardOutput)
    case .file(let path): try AccessLogDestination(.file(path: path))
    case .syslog(let path): try AccessLogDestination(.syslog(path: path))
    }
  }

  /// What became of lines that were to be written.
  struct Outcome: Equatable {
    /// Lines that are lost, those that were cut among them.
    var lost = 0
    /// The first thing that went wrong.
    var error: OutputFile.WriteError?
  }

  /// Writes whole lines, each with its end.
  func write(_ octets: Span<UInt8>) -> Outcome {
    if case .syslog(let path) = place { return sendLines(of: octets, to: path) }
    var outcome = Outcome()
    var written = 0
    do throws(OutputFile.WriteError) {
      // The next line must not be taken for the rest of the one that was cut.
      if isCut.load(ordering: .relaxed) {
        try file.write([UInt8.lineFeed].span)
        isCut.store(false, ordering: .relaxed)
      }
      try file.write(octets, counting: &written)
    } catch {
      outcome.error = error
      outcome.lost = octets.lineCount(from: written)
      if written > 0, octets[written - 1] != .lineFeed { isCut.store(true, ordering: .relaxed) }
    }
    return outcome
  }

  private func sendLines(of octets: Span<UInt8>, to path: String) -> Outcome {
    var outcome = Outcome()
    // Local use 0, informational: 16 * 8 + 6.
    var datagram = OutputBuffer(capacity: 4096)
    var start = 0
    while start < octets.count {
      let end = octets.firstIndex(of: .lineFeed, from: start, to: octets.count)
      datagram.removeAll()
      datagram.append("<134>portico: ")
      datagram.append(octets.extracting(start..<end))
      do throws(OutputFile.WriteError) {
        try send(datagram.span, to: path)
      } catch {
        outcome.error = outcome.error ?? error
        // Nobody is there: the others need not knock.
        if socket.withLock({ $0 == nil }) {
          outcome.lost += octets.lineCount(from: start)
          return outcome
        }
        outcome.lost += 1
      }
      start = end + 1
    }
    return outcome
  }

  /// A syslog daemon that was restarted has another socket at the same path.
  private func send(_ line: Span<UInt8>, to path: String) throws(OutputFile.WriteError) {
    if let known = socket.withLock({ $0 }) {
      do throws(OutputFile.WriteError) {
        return try known.send(line)
      } catch {
        guard error == .readerGone else { throw error }
        socket.withLock { $0 = nil }
      }
    }
    let fresh = try LogSocket(connectedTo: path)
    socket.withLock { $0 = fresh }
    try fresh.send(line)
  }
}

extension AccessLogDestination.Place {
  /// What an operator reads.
  var text: String {
    switch self {
    case .standardOutput: "stdout"
    case .file(let path), .syslog(let path): path
    }
  }
}

extension OutputFile.WriteError {
  /// What an operator reads.
  var text: String {
    switch self {
    case .readerGone: "nobody reads it any more"
    case .failed(let code): errorText(code)
    }
  }
}
