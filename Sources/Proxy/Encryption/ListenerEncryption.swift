import Configuration
import EventLoop
import TLS

/// TLS of one listener, as one worker's connections meet it.
final class ListenerEncryption {
  /// nil if there was no memory for it: then connections are closed, never served in clear.
  let context: TLSServerContext?
  let acceptsPlain: Bool
  let handshakeTimeout: Interval
  let identityFields: [ClientCertificatesConfig.Field]
  /// Whether tickets are sealed with the keys that the daemon makes and changes.
  let usesSharedKeys: Bool

  init(
    _ config: ListenerTLSConfig, timeouts: ListenerTimeouts, protocols: [String],
    material: TLSMaterial.Listener?, shared: SharedState, listener: String
  ) {
    acceptsPlain = config.acceptsPlain
    handshakeTimeout = Interval(timeouts.tlsHandshake)
    identityFields = config.clients?.fields ?? []
    usesSharedKeys = material?.ticketKeys.isEmpty ?? true
    guard let material else {
      context = nil
      return
    }
    var settings = material.settings
    settings.protocols = protocols
    settings.sessionCache = shared.sessionCaches[listener]
    do throws(TLSSetupError) {
      let context = try TLSServerContext(settings)
      let keys = usesSharedKeys ? shared.ticketKeys : material.ticketKeys
      if !keys.isEmpty { context.use(ticketKeys: keys) }
      self.context = context
    } catch {
      // The material was checked when it was loaded, so that this is for lack of memory.
      context = nil
    }
  }

  /// Takes the keys that the daemon has made.
  func use(ticketKeys: [TLSTicketKey]) {
    if usesSharedKeys, !ticketKeys.isEmpty { context?.use(ticketKeys: ticketKeys) }
  }
}
