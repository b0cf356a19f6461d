import ArgumentParser
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
    leave(with: requestReload(at: configuration.controlSocket))
  }
}
