import Metrics

/// What `portico status` says of the daemon as a whole.
enum StatusView {
  /// - Parameter now: In seconds since 1970.
  static func text(of page: MetricsPage, now: Int64) -> String {
    let version = page["portico_build_info"].first?.labels["version"] ?? "?"
    let hash = page["portico_config_info"].first?.labels["hash"] ?? "?"
    let isReady = page.sum("portico_ready") > 0
    let isTaken = page.sum("portico_config_last_reload_successful") > 0
    var table = TextTable(["portico \(version)", isReady ? "serving" : "stopping"])
    func row(_ name: String, _ value: String) { table.add([name, value]) }
    row("up for", duration(now - Int64(page.sum("process_start_time_seconds"))))
    row(
      "configuration",
      "\(hash), live for "
        + duration(now - Int64(page.sum("portico_config_live_since_timestamp_seconds"))))
    if !isTaken { row("last reload", "REFUSED: the log says why") }
    row(
      "connections",
      "\(whole(page.sum("portico_connections_open"))) open, "
        + "\(whole(page.sum("portico_connections_parked"))) of them parked")
    row(
      "requests",
      "\(whole(page.sum("portico_requests_total"))), "
        + "\(whole(page.sum("portico_requests_total", where: ["class": "5xx"]))) with 5xx")
    row("memory", "\(whole(page.sum("process_resident_memory_bytes") / 1_048_576)) MiB")
    let down = page["portico_backend_up"].filter { $0.value == 0 }
    row("backends", "\(page["portico_backend_up"].count), \(down.count) of them down")
    return table.text
  }

  static func whole(_ value: Double) -> String { "\(Int64(clampingWhole: value))" }

  /// `3d 4h`, `5m 12s`.
  static func duration(_ seconds: Int64) -> String {
    let units: [(String, Int64)] = [("d", 86400), ("h", 3600), ("m", 60), ("s", 1)]
    var rest = max(0, seconds)
    var parts: [String] = []
    for (unit, size) in units where rest >= size && parts.count < 2 {
      parts.append("\(rest / size)\(unit)")
      rest %= size
    }
    return parts.isEmpty ? "0s" : parts.joined(separator: " ")
  }
}

extension Int64 {
  /// A whole number next to `value`; what is none becomes 0.
  init(clampingWhole value: Double) {
    self = value.isFinite && value.magnitude < 9e18 ? Int64(value.rounded()) : 0
  }
}
