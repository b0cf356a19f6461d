import EventLoop
import HTTPSemantics
import System

/// Asks the running daemon to read its configuration anew, waits for the outcome, and prints it.
public func requestReload(at place: ControlSocketPath) -> ExitStatus {
  AdminClient.run(at: place) { client async throws(AdminClient.Failure) in
    // Names may take long to resolve; systemd has a limit of its own.
    let answer = try await client.ask("POST", "/reload", patience: .seconds(90))
    let isSuccess = answer.status == .ok
    client.say(answer.text, to: isSuccess ? .standardOutput : .standardError)
    return isSuccess ? .success : .refused
  }
}
