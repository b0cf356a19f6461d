import ArgumentParser
import Configuration
import Daemon
import System

struct CheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check", abstract: "Print everything that is wrong with a configuration.",
    discussion: "It exits with 0 when the configuration can be served, else with 78.")

  @OptionGroup var configuration: ConfigurationOption

  func run() throws {
    let path = configuration.path
    let result = loadConfiguration(at: path, from: DiskFiles())
    show(result.problems)
    guard let snapshot = result.snapshot else { leave(with: .configuration) }
    let problems =
      credentialProblems(of: snapshot.routing, now: CalendarTime.secondsSince1970)
      + servingProblems(of: snapshot)
    show(problems)
    if problems.contains(where: { $0.severity == .error }) { leave(with: .configuration) }
    print("\(path): good")
  }
}
