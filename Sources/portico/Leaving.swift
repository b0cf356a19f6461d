import Daemon
import System

/// Ends the process with `status`.
func leave(with status: ExitStatus) -> Never { leaveProcess(status.rawValue) }

/// Prints a line to standard error.
func complain(_ text: String) {
  let output = OutputFile.standardError
  // Whom else to tell?
  do throws(OutputFile.WriteError) { try output.write(Array("portico: \(text)\n".utf8).span) } catch
  {}
}
