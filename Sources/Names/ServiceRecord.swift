/// One host of a service (RFC 2782).
public struct ServiceRecord: Hashable, Sendable {
  /// Those with the lowest number come first; the others stand by.
  public var priority: UInt16
  /// The share among those of the same priority.
  public var weight: UInt16
  public var port: UInt16
  /// A host name, in lower case.
  public var target: String

  public init(priority: UInt16, weight: UInt16, port: UInt16, target: String) {
    self.priority = priority
    self.weight = weight
    self.port = port
    self.target = target
  }
}
