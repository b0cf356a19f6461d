import EventLoop
import HTTPSemantics
import Metrics
import System

/// Prints what the running daemon does, and how its backends are.
public func showStatus(at place: ControlSocketPath) -> ExitStatus {
  AdminClient.run(at: place) { client async throws(AdminClient.Failure) in
    let page = MetricsPage(try await client.ask("GET", "/metrics").text)
    let clusters = try await client.ask("GET", "/clusters").text
    client.say(
      StatusView.text(of: page, now: CalendarTime.secondsSince1970) + "\n" + clusters,
      to: .standardOutput)
    return .success
  }
}

/// Shows rates, latencies and backends of the running daemon, anew each `interval` milliseconds.
///
/// - Parameter count: Views; nil goes on until somebody ends it.
public func showTop(
  at place: ControlSocketPath, interval: Int, count: Int?
) -> ExitStatus {
  AdminClient.run(at: place) { client async throws(AdminClient.Failure) in
    var before = MetricsPage(try await client.ask("GET", "/metrics").text)
    var began = Instant.read()
    var shown = 0
    while count.map({ shown < $0 }) ?? true {
      await client.pause(.milliseconds(Int64(interval)))
      let page = MetricsPage(try await client.ask("GET", "/metrics").text)
      let now = Instant.read()
      let view = TopView(before, page, seconds: Double((now - began).microseconds) / 1e6)
      (before, began) = (page, now)
      client.say(Terminal.framed(view.text), to: .standardOutput)
      shown += 1
    }
    return .success
  }
}
