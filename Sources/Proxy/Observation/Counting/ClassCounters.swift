import HTTPSemantics

/// Responses by the class of their status.
struct ClassCounters: ~Copyable, Sendable {
  private let classes = InlineArray<5, Counter> { _ in Counter() }

  func count(_ status: StatusCode) {
    let index = Int(status.rawValue / 100) &- 1
    if index >= 0, index < 5 { classes[index].add() }
  }

  /// Adds what was counted here to `total`.
  func add(to total: inout ClassCounts) {
    for index in 0..<5 { total.classes[index] &+= classes[index].value }
  }
}

/// Responses by the class of their status.
public struct ClassCounts: Equatable, Sendable {
  /// 1xx (tunnels) to 5xx.
  public var classes: [UInt64] = [0, 0, 0, 0, 0]

  public init() {}
}
