import Addressing
import ArgumentParser
import Configuration
import Daemon
import Proxy

struct ExplainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain", abstract: "Print what would become of a request.",
    discussion: """
      Its route and why others do not take it, its cluster, the shares of subclusters and backends, and \
      where it goes if a hash or a session decides that. Nothing is sent or looked up, and all backends \
      are taken for usable. It exits with 0, or with 78 if there can be no such request.
      """)

  @OptionGroup var configuration: ConfigurationOption

  @Argument(help: "The method.")
  var method: String

  @Argument(
    help: ArgumentHelp("In full: https://shop.example/cart?id=1.", valueName: "url"))
  var url: String

  @Option(
    name: [.customShort("H"), .long],
    help: ArgumentHelp("A field of the request: \"Name: value\".", valueName: "field"))
  var header: [String] = []

  @Option(help: ArgumentHelp("Whom it comes from. Default: 127.0.0.1.", valueName: "address"))
  var client = "127.0.0.1"

  @Option(
    help: ArgumentHelp(
      "Where it arrives. Default: the first listener that fits the URL's scheme and port.",
      valueName: "name"))
  var listener: String?

  func validate() throws {
    if IPAddress(client) == nil { throw ValidationError("--client takes an IP address") }
  }

  func run() throws {
    let result = loadConfiguration(at: configuration.path, from: DiskFiles())
    guard let snapshot = result.snapshot else {
      show(result.problems)
      leave(with: .configuration)
    }
    do throws(ExplainedRequest.Invalid) {
      let request = try ExplainedRequest(
        method: method, url: url, fields: header, client: IPAddress(client))
      print(
        try explain(request, listener: listener, in: snapshot.routing), terminator: "")
    } catch {
      complain(error.message)
      leave(with: error.isUsage ? .usage : .configuration)
    }
  }
}
