import Proxy

// The answer to `GET /connections`.
extension [ConnectionReport] {
  var table: String {
    var table = TextTable([
      "PHASE", "WORKER", "LISTENER", "CLIENT", "PROTOCOL", "TLS", "REQUESTS", "AGE",
    ])
    for report in self {
      table.add([
        report.phaseText, "\(report.worker)", report.listener, report.client, report.service,
        report.tls ?? "-", "\(report.requests)", "\(report.age)",
      ])
    }
    return table.text
  }

  var json: String { JSONText.array(map(\.json)) }
}

extension ConnectionReport {
  /// `serving`, and of streams how many are how far: `backend:2,response:1`.
  fileprivate var phaseText: String {
    streams.isEmpty
      ? phase : streams.map { "\($0.phase):\($0.count)" }.joined(separator: ",")
  }

  fileprivate var json: String {
    JSONText.object([
      "phase": JSONText.string(phase),
      "streams": "{" + streams.map { "\"\($0.phase)\":\($0.count)" }.joined(separator: ",") + "}",
      "worker": "\(worker)",
      "listener": JSONText.string(listener),
      "client": JSONText.string(client),
      "protocol": JSONText.string(service),
      "tls": tls.map { JSONText.string($0) } ?? "null",
      "requests": "\(requests)",
      "age_seconds": "\(age)",
    ])
  }
}
