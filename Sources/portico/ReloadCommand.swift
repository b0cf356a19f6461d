import ArgumentParser
import Configuration
import Daemon

struct ReloadCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "reload", abstract: "Make the running daemon read its configuration anew.",
    discussion: """
      It waits for the outcome and prints it. It exits with 0 when every worker serves the new \
      configuration, with 1 when it was refused and the old one goes on, and with 69 when the daemon \
      cannot be reached.
      """)

  @OptionGroup var configuration: ConfigurationOption

  func run() throws {
    // Only for the control socket's path: whether the rest is good is for the daemon to say.
    let result = loadConfiguration(at: configuration.path, from: DiskFiles())
    leave(with: requestReload(at: ControlSocketPath(configured: result.startup.controlSocket)))
  }
}
