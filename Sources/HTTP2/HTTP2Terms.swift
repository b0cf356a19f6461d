/// What one side of a connection goes by. All connections of a listener, or to a cluster, share it.
public final class HTTP2Terms: Sendable {
  public let settings: HTTP2Settings
  public let window: ConnectionWindow
  public let limits: HTTP2Limits

  public init(settings: HTTP2Settings, window: ConnectionWindow, limits: HTTP2Limits) {
    self.settings = settings
    self.window = window
    self.limits = limits
  }
}
