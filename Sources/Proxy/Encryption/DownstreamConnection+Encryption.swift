import Addressing
import EventLoop
import TLS

// TLS of a client's connection, before anything is known of what it speaks.
extension DownstreamConnection {
  enum Securing {
    /// It is encrypted, or is to be served in clear.
    case done
    /// It speaks HTTP in clear where only TLS is spoken.
    case plainHTTP
    case gone
  }

  /// How a TLS client begins: a record of the handshake (RFC 8446 §5.1).
  private static let handshakeRecord: UInt8 = 22

  /// Shakes hands, if the listener and the client's first octet say so.
  func secure() async -> Securing {
    refreshListener()
    guard let encryption = listener.encryption else { return .done }
    let deadline = state.loop.now + encryption.handshakeTimeout
    guard let first = await firstOctet(until: deadline) else { return .gone }
    if first != Self.handshakeRecord {
      if encryption.acceptsPlain { return .done }
      // What is no HTTP either, TLS has an alert for.
      if (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(first & 0xDF) {
        countHandshakeFailure("plain_http", "")
        return .plainHTTP
      }
    }
    guard let context = encryption.context, transport.startTLS(as: context) else {
      countHandshakeFailure("no_memory", "")
      return .gone
    }
    switch await transport.handshake(until: deadline) {
    case .done:
      if let tls = transport.tls { noteSession(tls, encryption) }
      return .done
    case .failed(let failure): countHandshakeFailure(failure.label, failure.detail)
    case .timedOut: countHandshakeFailure("timeout", "")
    // The daemon has ended it.
    case .aborted: state.statistics.clientTLS.countFailure("aborted")
    }
    return .gone
  }

  private func noteSession(_ tls: TLSSession, _ encryption: ListenerEncryption) {
    state.statistics.clientTLS.count(tls)
    cipher = tls.cipher
    guard !encryption.identityFields.isEmpty, let certificate = tls.peerCertificate else { return }
    identity = ClientIdentity(certificate, as: encryption.identityFields)
  }

  private func firstOctet(until deadline: Instant) async -> UInt8? {
    while true {
      switch transport.peekOctet() {
      case .octet(let octet): return octet
      case .endOfStream, .failed: return nil
      case .wouldBlock:
        do throws(TransportError) {
          try await transport.waitUntilReadable(until: deadline)
        } catch { return nil }
      }
    }
  }

  private func countHandshakeFailure(_ reason: StaticString, _ detail: String) {
    state.handshakeFailed(
      reason, detail, listener: listener.name, client: peer?.description ?? "unix:")
  }
}
