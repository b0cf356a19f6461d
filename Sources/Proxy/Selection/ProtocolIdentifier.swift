import Bytes

/// Finds out which protocol a connection speaks, from whatever has arrived so far.
///
/// It has no clock and reads nothing: who feeds it keeps the octets and the deadline.
struct ProtocolIdentifier {
  enum Outcome: Equatable {
    case chosen(ListenerPlan.Service)
    /// More octets are needed.
    case pending
    /// No door is left.
    case nobody
  }

  private let plan: ListenerPlan

  init(_ plan: ListenerPlan) { self.plan = plan }

  /// - Parameter prefix: Everything that has arrived, from the first octet on.
  func identify(_ prefix: Span<UInt8>) -> Outcome {
    if prefix.isEmpty { return .pending }
    for door in plan.doors {
      switch door.selector.judge(prefix) {
      case .reject: continue
      case .match: return .chosen(door.service)
      // A match further down wins only once nobody ranked above it is still undecided.
      case .undecided: return .pending
      }
    }
    return .nobody
  }
}
