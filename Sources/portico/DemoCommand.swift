import ArgumentParser
import Daemon
import System

struct DemoCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "demo", abstract: "Serve conf/demo.json, with its backends in this process.")

  @OptionGroup var workers: WorkersOption

  func run() throws {
    guard let path = Self.file else {
      complain("conf/demo.json is not there; run this where the repository is")
      leave(with: .configuration)
    }
    var options = ServeOptions(configuration: path, workers: workers.count, runsOrigins: true)
    options.version = Portico.version
    leave(with: serve(options))
  }

  /// In the working directory, or in a directory above the executable (`.build/release/portico`).
  private static var file: String? {
    let name = "conf/demo.json"
    if FileSystem.exists(name) { return name }
    var directory = Substring(Environment.executablePath ?? "")
    while let slash = directory.lastIndex(of: "/") {
      directory = directory[..<slash]
      if FileSystem.exists("\(directory)/\(name)") { return "\(directory)/\(name)" }
    }
    return nil
  }
}
