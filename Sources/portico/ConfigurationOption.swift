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

  private static let defaults = ["/etc/portico/portico.json", "conf/portico.json"]

  private var defaultFile: String? { Self.defaults.first(where: FileSystem.exists) }

  /// The file named, or the first default that is there. Ends the process when there is none.
  var path: String {
    if let path = file ?? defaultFile { return path }
    complain(
      "no configuration: neither \(Self.defaults.joined(separator: " nor ")) is there; "
        + "--config names another file")
    leave(with: .configuration)
  }

  /// Where the running daemon is asked. Whether the rest of the configuration is good is for it to
  /// say.
  ///
  /// Ends the process when the file that was named cannot say where: another daemon than that
  /// file's may listen at the default place.
  var controlSocket: ControlSocketPath {
    guard let path = file ?? defaultFile else { return ControlSocketPath(configured: nil) }
    let result = loadConfiguration(at: path, from: DiskFiles())
    if file != nil, !result.knowsControlSocket {
      show(result.problems, to: .standardError)
      complain("\(path) does not say where its daemon's control socket is")
      leave(with: .refused)
    }
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
