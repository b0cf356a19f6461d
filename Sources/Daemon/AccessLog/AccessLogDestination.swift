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

  /// Writes whole lines, each with its end.
  func write(_ octets: Span<UInt8>) throws(OutputFile.WriteError) {
    guard case .syslog(let path) = place else { return try file.write(octets) }
    // Local use 0, informational: 16 * 8 + 6.
    var datagram = OutputBuffer(capacity: 4096)
    var start = 0
    while start < octets.count {
      let end = octets.firstIndex(of: .lineFeed, from: start, to: octets.count)
      datagram.removeAll()
      datagram.append("<134>portico: ")
      datagram.append(octets.extracting(start..<end))
      try send(datagram.span, to: path)
      start = end + 1
    }
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

extension OutputFile.WriteError {
  /// What an operator reads.
  var text: String {
    switch self {
    case .readerGone: "nobody reads it any more"
    case .failed(let code): errorText(code)
    }
  }
}
