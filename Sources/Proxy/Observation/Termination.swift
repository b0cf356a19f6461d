/// How an exchange ended, in two letters: who ended it, and in which phase; `--` for one that ran
/// to its end. The letters are the raw values.
public struct Termination: BitwiseCopyable, Equatable, Sendable {
  /// Who ended it.
  public enum Source: UInt8, BitwiseCopyable, Sendable {
    case nobody = 0x2D
    /// The client, by leaving, by what it sent, or by not sending it.
    case client = 0x43
    case backend = 0x42
    /// Portico itself: a route's own answer, a limit, the end of the daemon.
    case portico = 0x50
  }

  /// What it was about to do.
  public enum Phase: UInt8, BitwiseCopyable, Sendable {
    case done = 0x2D
    /// The head of the request was read, or was about to be routed.
    case head = 0x48
    /// It waited for a connection: `Q`ueue.
    case queue = 0x51
    case connecting = 0x4E
    /// The request was being sent.
    case request = 0x52
    /// The backend was to begin its answer: `W`ait.
    case waiting = 0x57
    /// The response was on its way: `D`ata.
    case response = 0x44
    case tunnel = 0x54
  }

  public var source: Source
  public var phase: Phase

  public init(source: Source = .nobody, phase: Phase = .done) {
    self.source = source
    self.phase = phase
  }
}

extension Termination.Phase {
  /// In the order in which an exchange comes to them.
  static let inOrder: [Self] = [
    .head, .queue, .connecting, .request, .waiting, .response, .tunnel,
  ]

  /// What ``PhaseTimes`` and the log call its time. Who has finished reads the head of the next.
  var name: String {
    switch self {
    case .done, .head: "head"
    case .queue: "queue"
    case .connecting: "connect"
    case .request: "request"
    case .waiting: "backend"
    case .response: "response"
    case .tunnel: "tunnel"
    }
  }
}
