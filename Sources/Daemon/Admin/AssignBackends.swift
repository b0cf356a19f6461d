import HTTPSemantics
import System

/// Prints how the running daemon's backends fare.
public func requestBackends(at place: ControlSocketPath) -> ExitStatus {
  ask("GET", "/backends", at: place)
}

/// Has the running daemon take a backend for `up`, `drain` or `down`, or, by `reset`, for what its
/// configuration says, and prints how it fares then.
public func requestBackend(
  _ name: String, _ state: String, at place: ControlSocketPath
) -> ExitStatus {
  ask("POST", "/backends/\(name)/\(state)", at: place)
}

private func ask(
  _ method: StaticString, _ path: String, at place: ControlSocketPath
) -> ExitStatus {
  AdminClient.run(at: place) { client async throws(AdminClient.Failure) in
    let answer = try await client.ask(method, path)
    let isSuccess = answer.status == .ok
    client.say(answer.text, to: isSuccess ? .standardOutput : .standardError)
    return isSuccess ? .success : .refused
  }
}
