import Addressing
import Bytes
import Configuration
import EventLoop
import HTTP1
import HTTPSemantics
import Metrics
import Proxy
import System

extension Control {
  /// - Returns: Whether the client took the answer.
  func answer(_ request: AdminRequest, _ connection: ServerConnection) async -> Bool {
    switch request {
    case .reload:
      let outcome = await reload()
      return await connection.respondText(outcome.isSuccess ? .ok : .conflict, outcome.text)
    // A daemon that drains lives, and wants no further traffic.
    case .health: return await connection.respondText(.ok, "ok\n")
    case .readiness:
      let isReady = phase == .serving
      return await connection.respondText(
        isReady ? .ok : .serviceUnavailable, isReady ? "ready\n" : "stopping\n")
    case .page:
      return await connection.respond(
        .ok, type: "text/html; charset=utf-8", content: Array(LivePage.text.utf8),
        fields: LivePage.fields)
    case .metrics: return await answerMetrics(connection)
    case .configuration: return await connection.respondJSON(configurationText())
    case .clusters:
      let observation = service?.workers.observe() ?? Observation()
      if connection.wantsJSON { return await connection.respondJSON(observation.clustersJSON) }
      return await connection.respondText(.ok, observation.clustersTable)
    case .backends: return await answerBackends(connection)
    case .assign(let state, let backend):
      guard service?.workers.assign(state, to: backend) == true else {
        return await connection.respondText(.notFound, "there is no backend \(backend)\n")
      }
      return await answerBackends(connection, named: backend)
    case .connections: return await answerConnections(connection)
    case .statistics:
      let statistics = await service?.workers.statistics() ?? WorkerStatistics()
      return await connection.respondJSON(
        statistics.json(
          service?.certificates ?? [], names.statuses(), now: CalendarTime.secondsSince1970))
    case .logLevel: return await connection.respondText(.ok, "\(log.level.rawValue)\n")
    case .setLogLevel(let level):
      // Told whatever the levels are: somebody will wonder where the lines have gone.
      log.level = .info
      log.info("log level changed", ["level": level.rawValue])
      log.level = level
      return await connection.respondText(.ok, "\(level.rawValue)\n")
    }
  }

  private func answerMetrics(_ connection: ServerConnection) async -> Bool {
    var format = MetricsFormat.prometheus
    if let line = connection.head.fields.first(.accept) {
      let octets = connection.headBytes
      format = MetricsFormat(accept: octets.span[line.value])
    }
    // In this order: once a worker has answered, what it has told a client it has counted, too.
    let statistics = await service?.workers.statistics() ?? WorkerStatistics()
    let report = MetricsReport(
      observation: service?.workers.observe() ?? Observation(), statistics: statistics,
      certificates: service?.certificates ?? [], reloads: reloadHistory,
      process: .read(),
      spans: (exporter?.exported ?? 0, exporter?.dropped ?? 0), version: options.version,
      isReady: phase == .serving)
    return await connection.respond(
      .ok, type: format.contentType, content: report.text(format))
  }

  private func answerBackends(
    _ connection: ServerConnection, named name: String? = nil
  ) async -> Bool {
    let observation = service?.workers.observe() ?? Observation()
    if connection.wantsJSON {
      return await connection.respondJSON(observation.backendsJSON(named: name))
    }
    return await connection.respondText(.ok, observation.backendsTable(named: name))
  }

  private func answerConnections(_ connection: ServerConnection) async -> Bool {
    let reports = await service?.workers.connections(limit: Self.mostReported) ?? []
    if connection.wantsJSON { return await connection.respondJSON(reports.json) }
    return await connection.respondText(.ok, reports.table)
  }

  /// Connections that one answer tells of, for each worker.
  private static let mostReported = 1000

  private func configurationText() -> String {
    let history = reloadHistory
    return JSONText.object([
      "version": JSONText.string(options.version),
      "file": JSONText.string(options.configuration),
      "hash": JSONText.string(String(history.hash, radix: 16)),
      "live_since": JSONText.string(CalendarTime.internetText(microseconds: history.liveSince)),
      "last_reload": JSONText.object([
        "time": JSONText.string(CalendarTime.internetText(microseconds: history.lastAt)),
        "taken": "\(history.wasLastTaken)",
        "text": JSONText.string(history.lastText),
      ]),
      "reloads": JSONText.object([
        "succeeded": "\(history.succeeded)", "refused": "\(history.refused)",
      ]),
      "workers": "\(service?.workers.workers.count ?? 0)",
      "log_level": JSONText.string(log.level.rawValue),
      "listeners": JSONText.array(
        (service?.sockets ?? []).flatMap(\.listeners).map {
          JSONText.object([
            "name": JSONText.string($0.name),
            "address": JSONText.string("\($0.socket.bound)"),
          ])
        }),
    ])
  }
}

extension ReloadOutcome {
  fileprivate var isSuccess: Bool {
    if case .succeeded = self { true } else { false }
  }
}

extension StatusCode {
  fileprivate static var conflict: StatusCode { StatusCode(rawValue: 409) }
}
