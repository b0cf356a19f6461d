import ArgumentParser
import Daemon

/// The command line.
@main
struct Portico: ParsableCommand {
  /// The one place where the version stands.
  static let version = "0.1.0"

  static let configuration = CommandConfiguration(
    commandName: "portico",
    abstract: "A reverse proxy: the front door of a backend fleet.",
    version: "portico \(version)",
    subcommands: [
      ServeCommand.self, CheckCommand.self, ReloadCommand.self, StatusCommand.self, TopCommand.self,
      BackendCommand.self,
      DemoCommand.self, OriginCommand.self, CertCommand.self, ExplainCommand.self,
    ])

  static func main() {
    // Before anything else, and so before arguments are looked at.
    let command = CommandLine.arguments.dropFirst().first
    prepareProcess(isDaemon: command == "serve" || command == "demo")
    main(nil)
  }
}
