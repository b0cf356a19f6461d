import Configuration
import Synchronization

/// What is known of how a backend fares, and what an operator has decided about it, for all
/// workers. Read and changed by extensions of ``SharedBackend``.
struct BackendCondition: ~Copyable {
  /// An `Ejection`.
  let ejection = Atomic<UInt64>(0)
  /// Whether somebody was told that it is ejected, and nobody yet that this is over.
  let isEjectionTold = Atomic<Bool>(false)
  /// A `HealthMachine.Verdict`.
  let health = Atomic<UInt8>(0)
  /// When it came, or came back, in milliseconds; 0 for one that was there from the beginning.
  let returnedAt = Atomic<UInt64>(0)
  /// An `IdleAge`.
  let idleAge = Atomic<UInt64>(0)
  /// An ``AssignedState`` of the configuration.
  let configured = Atomic<UInt8>(AssignedState.up.rawValue)
  /// One of the run time; 0: none.
  let override = Atomic<UInt8>(0)
}

/// What an operator has decided about a backend.
public enum AssignedState: UInt8, Sendable, CaseIterable {
  case up = 1
  case drain, down

  init(_ state: BackendConfig.State) {
    switch state {
    case .up: self = .up
    case .drain: self = .drain
    case .down: self = .down
    }
  }

  public var name: String {
    switch self {
    case .up: "up"
    case .drain: "drain"
    case .down: "down"
    }
  }
}
