/// How much a connection's streams may receive together before they are credited (RFC 9113 §6.9).
public struct ConnectionWindow: Equatable, Sendable {
  /// When the peer gets back what its DATA frames took from the connection's window.
  public enum Credit: Sendable {
    /// At once. For connections that clients share: one that reads slowly cannot stall the others,
    /// and the windows of the streams bound what is buffered.
    case onReceipt
    /// When the owner says that it is done with the octets: bounds what a connection buffers.
    case onConsumption
  }

  /// At least 65 535, which no setting can lower; at most 2³¹-1.
  public var octets: Int32
  public var credit: Credit

  public init(octets: Int32, credit: Credit) {
    self.octets = max(octets, 65_535)
    self.credit = credit
  }

  /// Towards clients: 1 MiB, credited on consumption.
  public static var server: ConnectionWindow {
    ConnectionWindow(octets: 1 << 20, credit: .onConsumption)
  }

  /// Towards backends: 4 MiB, credited on receipt.
  public static var client: ConnectionWindow {
    ConnectionWindow(octets: 4 << 20, credit: .onReceipt)
  }
}
