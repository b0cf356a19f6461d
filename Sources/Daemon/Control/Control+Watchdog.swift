import EventLoop
import Proxy
import System

extension Control {
  /// Feeds systemd's watchdog for as long as every worker's loop turns. This one must, too, or
  /// nobody would feed it.
  func beginWatchdog() {
    guard let interval = manager.watchdogMicroseconds else { return }
    Task.immediate(executorPreference: loop) {
      _ = self
      await self.feedWatchdog(every: Interval(microseconds: interval / 2))
    }
  }

  private func feedWatchdog(every interval: Interval) async {
    let point = WaitPoint(on: loop)
    while phase != .stopped {
      // Those who have not answered by now have hung for a whole interval: not fed.
      if unanswered == 0 {
        manager.notify(.watchdog)
        pingWorkers()
      } else {
        log.warning("workers do not answer", ["count": "\(unanswered)"])
      }
      _ = await point.wait(until: loop.now + interval)
    }
  }

  private func ping(_ worker: Worker) async {
    await worker.ping()
    unanswered -= 1
  }

  private func pingWorkers() {
    guard let service else { return }
    for worker in service.workers.workers {
      unanswered += 1
      Task.immediate(executorPreference: loop) {
        _ = self
        await self.ping(worker)
      }
    }
  }
}
