import Balancing
import EventLoop

/// One backend that is checked, as the checker knows it.
final class HealthTarget {
  let backend: SharedBackend
  let address: SocketAddress
  let plan: HealthPlan
  var machine: HealthMachine
  /// Where the time between two checks passes.
  let pause: WaitPoint
  /// Whether it is checked no more, or by a successor.
  private(set) var isOver = false

  init(_ backend: SharedBackend, at address: SocketAddress, plan: HealthPlan, on loop: EventLoop) {
    self.backend = backend
    self.address = address
    self.plan = plan
    machine = HealthMachine(verdict: backend.health)
    pause = WaitPoint(on: loop)
  }

  func end() {
    isOver = true
    pause.abort()
  }
}
