import Metrics
import Proxy
import System

/// All that a scrape tells. Made of values only, so that what it says is for tests to read.
struct MetricsReport: Sendable {
  var observation = Observation()
  var statistics = WorkerStatistics()
  var certificates: [CertificateStatus] = []
  var reloads = ReloadHistory()
  var process = ProcessFigures()
  /// Spans that a collector has taken, and those that went nowhere.
  var spans: (exported: UInt64, dropped: UInt64) = (0, 0)
  var version = ""
  var isReady = true

  /// The page.
  func text(_ format: MetricsFormat) -> [UInt8] {
    // Some 2 KB for each backend.
    var writer = MetricsWriter(
      format, capacity: 64 * 1024 + observation.backends.count * 2048)
    writeDaemon(to: &writer)
    observation.writeListeners(to: &writer)
    observation.writeRoutes(to: &writer)
    observation.writeClusters(to: &writer)
    observation.writeBackends(to: &writer)
    observation.writeReasons(to: &writer)
    observation.writeWorkers(to: &writer)
    writeTLS(to: &writer)
    writeSpans(to: &writer)
    writeProcess(to: &writer)
    return writer.finish()
  }

  private func writeDaemon(to writer: inout MetricsWriter) {
    writer.begin("portico_build", .info, "The version that runs.")
    writer.sample([("version", version)], true)
    writer.begin(
      "portico_ready", .gauge, "Whether it wants traffic: 0 once it has been told to stop.")
    writer.sample(isReady)
    writer.begin("portico_reloads", .counter, "Reloads by outcome.")
    writer.sample([("result", "succeeded")], reloads.succeeded)
    writer.sample([("result", "refused")], reloads.refused)
    writer.begin(
      "portico_config_last_reload_successful", .gauge, "Whether the last reload was taken.")
    writer.sample(reloads.wasLastTaken)
    writer.begin(
      "portico_config_last_reload_timestamp_seconds", .gauge, "When the last reload ended.")
    writer.sample(microseconds: UInt64(clamping: reloads.lastAt))
    writer.begin(
      "portico_config_live_since_timestamp_seconds", .gauge,
      "When the configuration that is live was taken.")
    writer.sample(microseconds: UInt64(clamping: reloads.liveSince))
    writer.begin("portico_config", .info, "The configuration that is live.")
    writer.sample([("hash", String(reloads.hash, radix: 16))], true)
  }

  private func writeSpans(to writer: inout MetricsWriter) {
    writer.begin("portico_spans_exported", .counter, "Spans that the collector has taken.")
    writer.sample(spans.exported)
    writer.begin("portico_spans_dropped", .counter, "Spans that found no room, or no collector.")
    writer.sample(spans.dropped)
  }

  private func writeTLS(to writer: inout MetricsWriter) {
    let sides = [("client", statistics.clientTLS), ("backend", statistics.backendTLS)]
    writer.begin("portico_tls_handshakes", .counter, "TLS handshakes that were completed.")
    for (side, tls) in sides { writer.sample([("side", side)], tls.completed) }
    writer.begin(
      "portico_tls_handshakes_resumed", .counter, "Those of them that resumed a session.")
    for (side, tls) in sides { writer.sample([("side", side)], tls.resumed) }
    writer.begin("portico_tls_versions", .counter, "TLS handshakes by version.")
    for (side, tls) in sides {
      for (version, count) in tls.versions.sorted(by: { $0.key < $1.key }) {
        writer.sample([("side", side), ("version", version)], count)
      }
    }
    writer.begin(
      "portico_tls_handshake_failures", .counter, "TLS handshakes that failed, by reason.")
    for (side, tls) in sides {
      for (reason, count) in tls.failures.sorted(by: { $0.key < $1.key }) {
        writer.sample([("side", side), ("reason", reason)], count)
      }
    }
    writer.begin(
      "portico_certificate_expiry_timestamp_seconds", .gauge,
      "When the certificate that expires first in a chain does so.")
    var seen: Set<String> = []
    for certificate in certificates {
      guard seen.insert("\(certificate.owner) \(certificate.file)").inserted else { continue }
      writer.sample(
        [("owner", certificate.owner), ("file", certificate.file)],
        UInt64(clamping: certificate.notAfter))
    }
  }

  private func writeProcess(to writer: inout MetricsWriter) {
    writer.begin("process_cpu_seconds", .counter, "User and system time of the process.")
    writer.sample(microseconds: process.processorTime)
    writer.begin("process_resident_memory_bytes", .gauge, "Resident memory.")
    writer.sample(process.residentOctets)
    writer.begin("process_virtual_memory_bytes", .gauge, "Virtual memory.")
    writer.sample(process.virtualOctets)
    writer.begin("process_open_fds", .gauge, "Open descriptors.")
    writer.sample(process.openDescriptors)
    writer.begin("process_max_fds", .gauge, "The limit of descriptors.")
    writer.sample(process.maxDescriptors)
    writer.begin("process_threads", .gauge, "Threads.")
    writer.sample(process.threads)
    writer.begin("process_start_time_seconds", .gauge, "When the process started.")
    writer.sample(process.startedAt)
  }
}
