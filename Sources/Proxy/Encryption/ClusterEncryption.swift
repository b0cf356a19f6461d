import Addressing
import Configuration
import EventLoop
import TLS

/// TLS to the backends of one cluster, as one worker's connections meet it.
final class ClusterEncryption {
  /// nil if there was no memory for it: then nothing is sent, least of all in clear.
  let context: TLSClientContext?
  let handshakeTimeout: Interval

  init(_ config: ClusterConfig, material: TLSMaterial.Cluster?) {
    handshakeTimeout = Interval(config.timeouts.tlsHandshake)
    guard let material else {
      context = nil
      return
    }
    // The material was checked when it was loaded, so that a failure is for lack of memory.
    do throws(TLSSetupError) {
      context = try TLSClientContext(material.settings)
    } catch {
      context = nil
    }
  }
}

/// What a connection to a backend was verified by, and for whom: part of what makes a backend the
/// same one, so that no other's connections are taken for its own.
struct VerifiedPeer: Hashable, Sendable {
  let name: TLSPeerName
  let digest: UInt64

  /// - Parameter backend: As the configuration has it: a name is what its certificate is for.
  /// - Returns: nil for a cluster without TLS.
  init?(
    _ config: ClusterTLSConfig?, material: TLSMaterial.Cluster?, backend: Endpoint
  ) {
    guard let config else { return nil }
    digest = material?.digest ?? 0
    name =
      if let name = config.name {
        .host(name)
      } else {
        switch backend {
        case .name(let name, _): .host(name)
        case .ip(let address, _): .address(address.description)
        // What the configuration names, not what a server says that it leads to.
        case .service(let name):
          .host(name.split(separator: ".").dropFirst(2).joined(separator: "."))
        case .unix, .inherited: .host("localhost")
        }
      }
  }
}
