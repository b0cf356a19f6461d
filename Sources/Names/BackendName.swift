public import Addressing

/// A name that stands for backends, and how it is looked up.
public struct BackendName: Hashable, Sendable {
  public enum Kind: Hashable, Sendable {
    /// A host: all of its addresses.
    case host
    /// A service (RFC 2782): hosts with ports and weights, each with all of its addresses.
    case service
  }

  public let kind: Kind
  /// In lower case: `shop.example`, `_http._tcp.shop.example`.
  public let text: String
  public let settings: NameSettings

  public init(_ kind: Kind, _ text: String, settings: NameSettings = NameSettings()) {
    self.kind = kind
    self.text = text
    self.settings = settings
  }
}

extension BackendName: CustomStringConvertible {
  /// As the configuration has it, but for the port.
  public var description: String { kind == .host ? text : "srv:\(text)" }
}

/// One of the backends that a name stands for.
public struct NamedBackend: Hashable, Sendable {
  public var address: IPAddress
  /// nil for a host's address, which has the port that the configuration says.
  public var port: UInt16?
  /// The share of its service's requests. 1 or more.
  public var weight: Int

  public init(address: IPAddress, port: UInt16? = nil, weight: Int = 1) {
    self.address = address
    self.port = port
    self.weight = weight
  }
}
