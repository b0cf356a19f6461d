import ArgumentParser
import Configuration
import Daemon

struct BackendCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "backend", abstract: "Show the running daemon's backends, and decide about them.",
    subcommands: [ListBackends.self, AssignBackend.self], defaultSubcommand: ListBackends.self)
}

/// `portico backend list`.
struct ListBackends: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "Show all backends and how they fare.")

  @OptionGroup var configuration: ConfigurationOption

  func run() throws { leave(with: requestBackends(at: configuration.controlSocket)) }
}

/// `portico backend set NAME STATE`.
struct AssignBackend: ParsableCommand {
  enum State: String, ExpressibleByArgument, CaseIterable { case up, drain, down, reset }

  static let configuration = CommandConfiguration(
    commandName: "set", abstract: "Put a backend into use, drain it, or take it out of use.",
    discussion: """
      drain: it finishes what it has, and gets nothing new. down: it gets nothing at all. up: it is used, \
      whatever the configuration says. reset: what the configuration says. It holds until it is undone, \
      until a reload brings another state for the backend, or until the daemon ends.
      """)

  @Argument(
    help:
      "An address such as 10.0.0.1:8080; with CLUSTER/ or CLUSTER/SUBCLUSTER/ before it, only there."
  )
  var name: String

  @Argument(help: "up, drain, down or reset.")
  var state: State

  @OptionGroup var configuration: ConfigurationOption

  func run() throws {
    leave(with: requestBackend(name, state.rawValue, at: configuration.controlSocket))
  }
}
