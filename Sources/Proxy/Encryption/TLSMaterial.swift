public import TLS

/// What the files that a configuration names for TLS contain, checked: each worker makes contexts
/// of its own of it.
public struct TLSMaterial: Sendable {
  /// Of one listener.
  public struct Listener: Sendable {
    public var settings: TLSServerSettings
    /// From files that a fleet shares; empty for the keys that the daemon makes.
    public var ticketKeys: [TLSTicketKey]
    /// Sessions that are kept for clients without tickets.
    public var sessionCapacity: Int

    public init(
      settings: TLSServerSettings, ticketKeys: [TLSTicketKey] = [], sessionCapacity: Int = 0
    ) {
      self.settings = settings
      self.ticketKeys = ticketKeys
      self.sessionCapacity = sessionCapacity
    }
  }

  /// Of one cluster.
  public struct Cluster: Sendable {
    public var settings: TLSClientSettings
    /// Differs where the settings do: connections that were verified by others are not reused.
    public var digest: UInt64

    public init(settings: TLSClientSettings, digest: UInt64) {
      self.settings = settings
      self.digest = digest
    }
  }

  /// By name.
  public var listeners: [String: Listener] = [:]
  /// By name.
  public var clusters: [String: Cluster] = [:]

  public init() {}
}
