import Configuration
import System

/// Where access log lines go.
final class AccessLogDestination: Sendable {
  /// The file's path; nil for standard output.
  let path: String?
  private let file: OutputFile

  /// - Throws: Why the file cannot be opened.
  init(path: String?) throws(OutputFile.WriteError) {
    self.path = path
    if let path {
      file = try OutputFile(appendingTo: path)
    } else {
      file = .standardOutput
    }
  }

  /// What the configuration names; nil when the log is off.
  static func open(
    _ output: LoggingConfig.AccessOutput
  ) throws(OutputFile.WriteError) -> AccessLogDestination? {
    switch output {
    case .off: nil
    case .standardOutput: try AccessLogDestination(path: nil)
    case .file(let path): try AccessLogDestination(path: path)
    }
  }

  func write(_ octets: Span<UInt8>) throws(OutputFile.WriteError) { try file.write(octets) }
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
