public import HTTPSemantics

/// What happens on a worker that an operator may want to read of. Told rarely, never per request.
public enum ProxyEvent: Sendable {
  /// A backend failed and is passed over for a while.
  case backendRests(backend: String, reason: String, milliseconds: Int)
  /// A backend that had failed answers again.
  case backendRecovered(backend: String)
  /// A backend is ejected for what it answers.
  case backendEjected(cluster: String, backend: String, reason: String, milliseconds: Int)
  /// A backend's ejection is over: it gets requests again.
  case backendReturned(cluster: String, backend: String)
  /// Health checks have found a backend unwell, or well again.
  case backendUnhealthy(cluster: String, backend: String, reason: String)
  case backendHealthy(cluster: String, backend: String)
  /// An operator has decided about a backend at run time, or left it to the configuration again.
  case backendAssigned(
    cluster: String, backend: String, state: AssignedState, isOfConfiguration: Bool)
  /// So few backends are well that all are used, whatever is known of them; and that is over.
  case clusterPanics(cluster: String)
  case clusterRecovered(cluster: String)
  /// Accepting pauses time and again: no descriptor is left, or the limit of connections is
  /// reached. Told at the first pause; `acceptingResumed` follows when there was none for 10 s.
  case acceptingPaused(worker: Int, reason: String)
  case acceptingResumed(worker: Int)
  /// Malformed input was refused; at most one event a second and worker. `suppressed` is the number
  /// of refusals since the last event that were not told. For a backend that breaks a rule of
  /// HTTP/2, `listener` and `client` are its address.
  case refused(listener: String, client: String, reason: Reason, suppressed: Int)
  /// A TLS handshake with a client failed; at most one event a second and worker.
  case handshakeFailed(
    listener: String, client: String, reason: String, detail: String, suppressed: Int)
}
