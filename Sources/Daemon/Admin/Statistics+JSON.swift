import HTTPSemantics
import Names
import Proxy

extension WorkerStatistics {
  /// One object, in one line.
  ///
  /// - Parameters:
  ///   - certificates: Those that are served.
  ///   - now: In seconds since 1970.
  func json(
    _ certificates: [CertificateStatus], _ names: [NameStatus], now: Int64
  ) -> String {
    let refusals = refusals.sorted { $0.key.rawValue < $1.key.rawValue }
      .map { "\(JSONText.string($0.rawValue)):\($1)" }
    return JSONText.object([
      "accepted_connections": "\(acceptedConnections)",
      "open_connections": "\(openConnections)",
      "parked_connections": "\(parkedConnections)",
      "requests": "\(requests)",
      "retries": "\(retries)",
      "retries_over_budget": "\(retriesOverBudget)",
      "refusals": "{" + refusals.joined(separator: ",") + "}",
      "client_tls": clientTLS.json,
      "backend_tls": backendTLS.json,
      "certificates": JSONText.array(certificates.map { $0.json(now: now) }),
      "names": JSONText.array(names.map(\.json)),
    ])
  }
}

extension TLSStatistics {
  fileprivate var json: String {
    JSONText.object([
      "completed": "\(completed)",
      "resumed": "\(resumed)",
      "versions": Self.json(versions),
      "ciphers": Self.json(ciphers),
      "failures": Self.json(failures),
    ])
  }

  private static func json(_ counters: [String: UInt64]) -> String {
    let members = counters.sorted { $0.key < $1.key }.map { "\(JSONText.string($0)):\($1)" }
    return "{" + members.joined(separator: ",") + "}"
  }
}

extension CertificateStatus {
  fileprivate func json(now: Int64) -> String {
    JSONText.object([
      "owner": JSONText.string(owner),
      "file": JSONText.string(file),
      "subject": JSONText.string(subject),
      "days_left": "\(daysLeft(now: now))",
    ])
  }
}
