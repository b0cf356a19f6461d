import Balancing
import Configuration
import EventLoop
import HTTPSemantics

/// When a request is sent once more, as a cluster or route has it.
final class RetryPlan {
  /// Tries in all.
  let attempts: Int
  let onConnectFailure: Bool
  let onReset: Bool
  let onReused: Bool
  let onRefusedStream: Bool
  /// Whether it holds for every method.
  let allowsAnyMethod: Bool
  /// nil: a try has the time that the response's head has.
  let perTryTimeout: Interval?
  /// How long the first try is waited for before another one begins beside it; nil: as long as it
  /// takes.
  let hedgeAfter: Interval?
  let pause: RetryPause
  let usesOtherSubclusters: Bool
  /// Octets of content that are kept.
  let replayOctets: Int
  let tellsAttempts: Bool
  /// One bit for each status from 400 on.
  private let statuses: [Bool]
  /// One bit for each code of `grpc-status`.
  private let grpcCodes: UInt32

  init(_ config: RetryConfig) {
    attempts = config.attempts
    onConnectFailure = config.conditions.contains(.connectFailure)
    onReset = config.conditions.contains(.reset)
    onReused = config.conditions.contains(.reused)
    onRefusedStream = config.conditions.contains(.refusedStream)
    allowsAnyMethod = config.methods == .any
    perTryTimeout = config.perTryTimeout.map { Interval($0) }
    hedgeAfter = config.hedgeAfter.map { Interval($0) }
    pause = RetryPause(
      base: UInt64(clamping: Interval(config.backoff).microseconds / 1000),
      maximum: UInt64(clamping: Interval(config.maxBackoff).microseconds / 1000))
    usesOtherSubclusters = config.usesOtherSubclusters
    replayOctets = config.replay
    tellsAttempts = config.tellsAttempts
    var statuses = [Bool](repeating: false, count: config.statuses.isEmpty ? 0 : 200)
    for status in config.statuses where 400...599 ~= status { statuses[status - 400] = true }
    self.statuses = statuses
    grpcCodes = config.grpc.reduce(0) { $0 | 1 << $1.number }
  }

  /// Whether a response of this status is reason for another try.
  func covers(status: UInt16) -> Bool {
    let index = Int(status) - 400
    return index >= 0 && index < statuses.count && statuses[index]
  }

  var coversGRPC: Bool { grpcCodes != 0 }

  /// The same of a `grpc-status`.
  func covers(grpcStatus code: UInt64) -> Bool { code < 32 && grpcCodes & 1 << UInt32(code) != 0 }

  /// Whether a request may be sent again that the backend may have processed.
  func allows(_ method: Method) -> Bool { allowsAnyMethod || method.isIdempotent }
}

extension RetryConfig.GRPCCode {
  /// As `grpc-status` has it.
  fileprivate var number: UInt32 {
    switch self {
    case .cancelled: 1
    case .deadlineExceeded: 4
    case .resourceExhausted: 8
    case .aborted: 10
    case .internal: 13
    case .unavailable: 14
    }
  }
}
