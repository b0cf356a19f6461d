import Configuration
import EventLoop
import Proxy

extension Control {
  /// Sends what is traced to its collector, each second.
  func beginTracing(_ service: Service) {
    let exporter = SpanExporter(service.workers.workers.map(\.spans), on: loop)
    exporter.config = service.routing.tracing
    self.exporter = exporter
    Task.immediate(executorPreference: loop) {
      _ = self
      await self.exportSpans(exporter)
    }
  }

  private func exportSpans(_ exporter: SpanExporter) async {
    let point = WaitPoint(on: loop)
    while phase != .stopped {
      _ = await point.wait(until: loop.now + SpanExporter.pause)
      guard await exporter.sendAll() else { continue }
      if let failure = exporter.failure {
        log.warning("spans are not collected", ["reason": failure])
      } else {
        log.notice("spans are collected again")
      }
    }
  }
}
