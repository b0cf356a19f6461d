import ArgumentParser
import Daemon

struct StatusCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status", abstract: "Show what the running daemon does, and its backends.",
    discussion: "It exits with 69 when the daemon cannot be reached.")

  @OptionGroup var configuration: ConfigurationOption

  func run() throws { leave(with: showStatus(at: configuration.controlSocket)) }
}
