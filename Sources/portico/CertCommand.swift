import ArgumentParser
import Configuration
import Daemon
import System

struct CertCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cert", abstract: "Print what a certificate says, and what is wrong with it.",
    discussion: "It exits with 0 unless clients ought to refuse it, else with 78.")

  @Argument(
    help: ArgumentHelp("A file of certificates in PEM.", valueName: "file"), completion: .file())
  var file: String

  @Option(
    help: ArgumentHelp("The private key that is to fit it, in PEM.", valueName: "file"),
    completion: .file())
  var key: String?

  func run() throws {
    do throws(FileError) {
      let description = try CertificateDescription(
        path: file, key: key, now: CalendarTime.secondsSince1970)
      print(description.text, terminator: "")
      if description.hasErrors { leave(with: .configuration) }
    } catch {
      complain("\(file): \(error)")
      leave(with: .configuration)
    }
  }
}
