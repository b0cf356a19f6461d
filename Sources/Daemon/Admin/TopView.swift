import Metrics

/// What happened between two readings of the metrics, for a terminal.
struct TopView {
  private let before: MetricsPage
  private let now: MetricsPage
  private let seconds: Double

  init(_ before: MetricsPage, _ now: MetricsPage, seconds: Double) {
    self.before = before
    self.now = now
    self.seconds = max(seconds, 0.001)
  }

  var text: String {
    [summary, listeners, clusters, backends, errors].filter { !$0.isEmpty }.joined(separator: "\n")
  }

  /// How much more there is of a counter, for each second. One that began anew counts from nothing.
  private func rate(_ name: String, _ labels: [String: String] = [:]) -> Double {
    let (old, new) = (before.sum(name, where: labels), now.sum(name, where: labels))
    return (new < old ? new : new - old) / seconds
  }

  private var summary: String {
    let busy = now.values(of: "worker", in: "portico_worker_busy_seconds_total").map { worker in
      percent(rate("portico_worker_busy_seconds_total", ["worker": worker]))
    }
    return """
      requests \(perSecond(rate("portico_requests_total")))   \
      5xx \(perSecond(rate("portico_requests_total", ["class": "5xx"])))   \
      connections \(StatusView.whole(now.sum("portico_connections_open")))   \
      new \(perSecond(rate("portico_connections_accepted_total")))   \
      cpu \(percent(rate("process_cpu_seconds_total")))   \
      workers \(busy.joined(separator: " "))   \
      memory \(StatusView.whole(now.sum("process_resident_memory_bytes") / 1_048_576)) MiB

      """
  }

  private var listeners: String {
    latencies("LISTENER", "listener", "portico_request_duration_seconds")
  }

  private var clusters: String {
    latencies("CLUSTER", "cluster", "portico_cluster_duration_seconds")
  }

  private func latencies(_ head: String, _ label: String, _ metric: String) -> String {
    var table = TextTable([head, "REQUESTS/S", "P50", "P90", "P99"])
    for name in now.values(of: label, in: "\(metric)_count") {
      let histogram = Recent(metric, [label: name], before, now)
      table.add(
        [name, number(rate("\(metric)_count", [label: name]))]
          + [0.5, 0.9, 0.99].map { histogram.quantile($0).map(time) ?? "-" })
    }
    return table.text
  }

  private var backends: String {
    var table = TextTable([
      "BACKEND", "CLUSTER", "STATE", "TRIES/S", "5XX/S", "FAILED/S", "P99", "IN-FLIGHT", "WAITING",
      "OPEN", "IDLE",
    ])
    let tries = Dictionary(
      before["portico_backend_tries_total"].map { ($0.labels, $0.value) }
    ) { $1 }
    let up = Dictionary(now["portico_backend_up"].map { ($0.labels, $0.value > 0) }) { $1 }
    // Those that are down first, then those with the most to do: of a thousand, few can be seen.
    let samples = now["portico_backend_tries_total"].map { sample in
      (sample.labels, sample.value - (tries[sample.labels] ?? 0), up[sample.labels] ?? true)
    }.sorted { $0.2 != $1.2 ? !$0.2 : $0.1 > $1.1 }
    for (labels, _, isUp) in samples.prefix(Self.mostBackends) {
      table.add(cells(of: labels, isUp))
    }
    return table.text
  }

  private static let mostBackends = 40

  private func cells(of labels: [String: String], _ isUp: Bool) -> [String] {
    let failures =
      rate("portico_backend_failures_total", labels)
      + rate("portico_backend_connect_failures_total", labels)
    let answers = now["portico_backend_answer_seconds"].first {
      $0.labels == labels.merging(["quantile": "0.99"]) { $1 }
    }
    return [
      labels["backend"] ?? "", labels["cluster"] ?? "", isUp ? "up" : state(of: labels),
      number(rate("portico_backend_tries_total", labels)),
      number(rate("portico_backend_responses_total", labels.merging(["class": "5xx"]) { $1 })),
      number(failures), answers.map { time($0.value) } ?? "-",
      StatusView.whole(now.sum("portico_backend_in_flight", where: labels)),
      StatusView.whole(now.sum("portico_backend_waiting", where: labels)),
      StatusView.whole(now.sum("portico_backend_connections_open", where: labels)),
      StatusView.whole(now.sum("portico_backend_connections_idle", where: labels)),
    ]
  }

  /// Why a backend gets no requests.
  private func state(of labels: [String: String]) -> String {
    let causes = ["down", "draining", "unhealthy", "ejected", "resting"]
    return causes.first { now.sum("portico_backend_\($0)", where: labels) > 0 } ?? "off"
  }

  private var errors: String {
    var table = TextTable(["REASON", "ERRORS/S"])
    let reasons = now.values(of: "reason", in: "portico_request_errors_total")
      .map { ($0, rate("portico_request_errors_total", ["reason": $0])) }
      .filter { $0.1 > 0 }.sorted { $0.1 > $1.1 }
    for (reason, rate) in reasons.prefix(10) { table.add([reason, number(rate)]) }
    return reasons.isEmpty ? "" : table.text
  }

  // MARK: Numbers

  /// One digit behind the point below 100, none above.
  private func number(_ value: Double) -> String {
    guard value < 100 else { return StatusView.whole(value) }
    let tenths = Int64(clampingWhole: value * 10)
    return "\(tenths / 10).\(tenths % 10)"
  }

  private func perSecond(_ value: Double) -> String { number(value) + "/s" }
  private func percent(_ value: Double) -> String { StatusView.whole(value * 100) + "%" }

  private func time(_ seconds: Double) -> String {
    seconds < 0.001
      ? StatusView.whole(seconds * 1e6) + "us"
      : seconds < 1 ? number(seconds * 1000) + "ms" : number(seconds) + "s"
  }
}

/// What a histogram counted between two readings.
private struct Recent {
  private var bounds: [Double] = []
  private var buckets: [Double] = []

  init(_ name: String, _ labels: [String: String], _ before: MetricsPage, _ now: MetricsPage) {
    var below = 0.0
    for sample in now["\(name)_bucket"]
    where labels.allSatisfy({ sample.labels[$0.key] == $0.value }) {
      let old = before.sum("\(name)_bucket", where: sample.labels)
      let count = sample.value < old ? sample.value : sample.value - old
      buckets.append(max(0, count - below))
      below = count
      if let bound = sample.labels["le"].flatMap({ Double($0) }), bound.isFinite {
        bounds.append(bound)
      }
    }
  }

  func quantile(_ q: Double) -> Double? { Metrics.quantile(q, bounds: bounds, buckets: buckets) }
}
