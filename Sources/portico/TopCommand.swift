import ArgumentParser
import Daemon

struct TopCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "top", abstract: "Watch rates, latencies and backends of the running daemon.",
    discussion: "It goes on until Ctrl-C, and exits with 69 when the daemon cannot be reached.")

  @OptionGroup var configuration: ConfigurationOption

  @Option(help: ArgumentHelp("Milliseconds between two views.", valueName: "ms"))
  var interval = 1000

  @Option(help: ArgumentHelp("Views to show, then end.", valueName: "n"))
  var count: Int?

  func validate() throws {
    guard (100...3_600_000).contains(interval) else {
      throw ValidationError("--interval takes a number in 100...3600000")
    }
    if let count, count < 1 { throw ValidationError("--count takes a number from 1 on") }
  }

  func run() throws {
    leave(with: showTop(at: configuration.controlSocket, interval: interval, count: count))
  }
}
