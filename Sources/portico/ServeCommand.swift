import ArgumentParser
import Daemon

struct ServeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve", abstract: "Run the proxy in the foreground.",
    discussion: """
      SIGHUP reads the configuration anew, SIGUSR1 reopens the log files, SIGTERM ends it when what is \
      under way has ended; a second one ends it now.
      """)

  @OptionGroup var configuration: ConfigurationOption
  @OptionGroup var workers: WorkersOption

  func run() throws {
    var options = ServeOptions(configuration: configuration.path, workers: workers.count)
    options.version = Portico.version
    leave(with: serve(options))
  }
}
