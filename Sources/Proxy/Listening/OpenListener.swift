public import EventLoop

/// A socket that is open, and the listener of the configuration that it belongs to.
public struct OpenListener: Sendable {
  /// The listener's key in the configuration.
  public let name: String
  public let socket: ListeningSocket

  public init(name: String, socket: ListeningSocket) {
    self.name = name
    self.socket = socket
  }
}
