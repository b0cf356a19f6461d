import Daemon
import System

/// Ends the process with `status`.
func leave(with status: ExitStatus) -> Never { leaveProcess(status.rawValue) }

/// Prints a line to standard error.
func complain(_ text: String) {
  say("portico: \(LogText.oneLine(text))\n", to: .standardError)
}

/// Writes `text` to `output`.
func say(_ text: String, to output: consuming OutputFile) {
  // Whom else to tell?
  do throws(OutputFile.WriteError) { try output.write(Array(text.utf8).span) } catch {}
}
