public import Configuration
import System

/// What a start or a reload would refuse beyond credentials: the admin token's file, and as a
/// warning the access log's place, since the daemon may run on another machine; for
/// `portico check`.
public func servingProblems(of snapshot: Snapshot) -> [ConfigurationProblem] {
  var problems: [ConfigurationProblem] = []
  if let file = snapshot.startup.admin.tokenFile {
    do throws(ConfigurationProblem) {
      _ = try AdminToken.read(file, from: DiskFiles())
    } catch {
      problems.append(error)
    }
  }
  if let reason = accessLogReason(snapshot.routing.logging.accessOutput) {
    problems.append(
      ConfigurationProblem(
        .warning, at: SourceLocation(file: snapshot.files.first ?? ""),
        path: "logging.access.output", message: reason))
  }
  return problems
}

/// Why the access log cannot be opened, as far as one can tell without opening it.
private func accessLogReason(_ output: LoggingConfig.AccessOutput) -> String? {
  switch output {
  case .off, .standardOutput: return nil
  case .syslog(let path): return FileSystem.exists(path) ? nil : "\(path): no such socket"
  case .file(let path):
    if FileSystem.isDirectory(path) { return "\(path) is a directory" }
    let directory = path.utf8.lastIndex(of: UInt8(ascii: "/")).map { String(path[...$0]) } ?? "."
    return FileSystem.isDirectory(directory) ? nil : "\(path): there is no such directory"
  }
}
