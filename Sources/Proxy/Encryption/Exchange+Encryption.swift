import Bytes
import EventLoop
import TLS

// TLS to a backend.
extension Exchange {
  /// Shakes hands with a backend that has accepted the connection.
  ///
  /// - Returns: false if that failed; the backend rests from now on.
  func secure<Client: DownstreamStream>(
    _ transport: Transport, to backend: BackendRuntime, _ encryption: ClusterEncryption,
    _ client: Client
  ) async throws(TransportError) -> Bool {
    guard let context = encryption.context, let peer = backend.pool.shared.identity.verified,
      transport.startTLS(as: context, to: peer.name, peer: backend.label)
    else {
      noteFailure(backend, reason: "tls_no_memory")
      return false
    }
    try watch(client, transport.reads)
    let outcome = await transport.handshake(
      until: min(deadline, state.loop.now + encryption.handshakeTimeout))
    switch outcome {
    case .done:
      guard let tls = transport.tls else { return false }
      state.statistics.backendTLS.count(tls)
      return true
    case .failed(let failure):
      state.statistics.backendTLS.countFailure(failure.label)
      let detail = failure.detail.isEmpty ? "" : " (\(failure.detail))"
      noteFailure(backend, reason: "tls_\(failure.label)\(detail)")
      return false
    case .timedOut:
      if isTooLate { throw .timedOut }
      state.statistics.backendTLS.countFailure("timeout")
      noteFailure(backend, reason: "tls_timeout")
      return false
    case .aborted:
      state.statistics.backendTLS.countFailure("aborted")
      throw .aborted
    }
  }
}
