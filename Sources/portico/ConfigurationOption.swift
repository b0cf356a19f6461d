import ArgumentParser
import Configuration
import Daemon
import System

/// Where the configuration is.
struct ConfigurationOption: ParsableArguments {
  @Option(
    name: .customLong("config"),
    help: ArgumentHelp(
      "The main configuration file.",
      discussion: "Default: /etc/portico/portico.json, else conf/portico.json.",
      valueName: "file"),
    completion: .file(extensions: ["json"]))
  var file: String?

  private static let installed = "/etc/portico/portico.json"

  /// The file named, or the first default that is there.
  var path: String {
    file ?? (FileSystem.exists(Self.installed) ? Self.installed : "conf/portico.json")
  }

  /// Where the running daemon is asked. Whether the rest of the configuration is good is for it to say.
  var controlSocket: ControlSocketPath {
    let result = loadConfiguration(at: path, from: DiskFiles())
    return ControlSocketPath(configured: result.startup.controlSocket)
  }
}

/// How many workers.
struct WorkersOption: ParsableArguments {
  @Option(
    name: .customLong("workers"),
    help: ArgumentHelp(
      "Worker threads; overrides the configuration. Default: one per core.", valueName: "n"))
  var count: Int?

  func validate() throws {
    if let count, !(1...1024).contains(count) {
      throw ValidationError("--workers takes a number in 1...1024")
    }
  }
}
