import Addressing
import ArgumentParser
import Daemon

struct OriginCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "origin", abstract: "Run an HTTP/1.1 server that tells what it receives, as JSON.",
    discussion: """
      A request's query steers the answer: status=503, delay=200ms, size=1MiB, chunked=1MiB, \
      chunks=10&interval=50ms, close_delimited=1000, close=1, early=1, drain=0, informational=103, \
      fail=reset|truncate|garbage|silent.
      """)

  @Option(
    help: ArgumentHelp(
      "Where to listen: 127.0.0.1:9101, [::1]:0, unix:/path.", valueName: "address"))
  var bind: String

  @Option(help: ArgumentHelp("The name that its answers carry.", valueName: "name"))
  var name: String

  func validate() throws { _ = try endpoint }

  func run() throws { leave(with: runOrigin(on: try endpoint, name: name)) }

  private var endpoint: Endpoint {
    get throws {
      let endpoints: [Endpoint]
      do throws(EndpointError) {
        endpoints = try Endpoint.listening(on: bind)
      } catch {
        throw ValidationError("--bind \(bind): \(error)")
      }
      guard endpoints.count == 1, let endpoint = endpoints.first else {
        throw ValidationError("--bind takes one address")
      }
      if case .inherited = endpoint { throw ValidationError("--bind takes an address") }
      return endpoint
    }
  }
}
