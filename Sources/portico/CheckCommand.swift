import ArgumentParser
import Configuration
import Daemon

struct CheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check", abstract: "Print everything that is wrong with a configuration.",
    discussion: "It exits with 0 when the configuration can be served, else with 78.")

  @OptionGroup var configuration: ConfigurationOption

  func run() throws {
    let path = configuration.path
    let result = loadConfiguration(at: path, from: DiskFiles())
    for problem in result.problems { print(problem) }
    guard result.snapshot != nil else { leave(with: .configuration) }
    print("\(path): good")
  }
}
