import Balancing
import Configuration
import Testing

@testable import Proxy

@Suite("What a backend is good for")
struct BackendConditionTests {
  private let backend = SharedBackendTests.backend()
  private let policy = EjectionPolicy(consecutive: 2, base: 1_000)

  private func availability(
    at now: UInt64, slowStart: UInt64 = 0, isPanicking: Bool = false
  ) -> BackendAvailability {
    backend.availability(
      at: now, slowStart: SlowStart(duration: slowStart), isPanicking: isPanicking)
  }

  @Test("everything, in the beginning")
  func fresh() { #expect(availability(at: 5) == .usable) }

  @Test("nothing while it rests, is ejected or unhealthy, and each change is told")
  func unusable() {
    let changes = backend.cluster.changeCount
    _ = backend.failed(at: 10)
    #expect(availability(at: 11) == .unusable(until: 1_010))
    _ = backend.succeeded()
    #expect(backend.failedTry(at: 20, policy: policy) == false)
    #expect(backend.failedTry(at: 20, policy: policy))
    #expect(backend.eject(at: 20, policy: policy) == 1_000)
    #expect(backend.eject(at: 20, policy: policy) == nil)
    #expect(availability(at: 21) == .unusable(until: 1_020))
    #expect(availability(at: 1_020) == .usable)
    backend.setHealth(.unhealthy, at: 2_000)
    #expect(availability(at: 2_000) == .unusable())
    #expect(backend.cluster.changeCount >= changes + 4)
  }

  @Test("a panic passes over what was found, but not over rests and decisions")
  func panic() {
    backend.setHealth(.unhealthy, at: 0)
    _ = backend.eject(at: 0, policy: policy)
    #expect(availability(at: 1, isPanicking: true) == .usable)
    _ = backend.override(.down, at: 1)
    #expect(availability(at: 1, isPanicking: true) == .unusable())
    _ = backend.override(nil, at: 1)
    _ = backend.failed(at: 1)
    #expect(availability(at: 1, isPanicking: true).percent == 0)
  }

  @Test("an ejection can be undone")
  func undone() {
    _ = backend.eject(at: 5, policy: policy)
    backend.undoEjection(at: 1)
    #expect(availability(at: 6) == .usable)
  }

  @Test("a success ends failures in a row")
  func success() {
    _ = backend.failedTry(at: 1, policy: policy)
    backend.answered()
    #expect(!backend.failedTry(at: 1, policy: policy))
  }

  @Test("begins slowly when it comes back from ill health, an ejection or a decision")
  func slowly() {
    backend.setHealth(.unhealthy, at: 1_000)
    backend.setHealth(.healthy, at: 10_000)
    #expect(availability(at: 10_000, slowStart: 10_000).percent == 10)
    #expect(availability(at: 15_000, slowStart: 10_000).percent == 50)
    #expect(availability(at: 15_000, slowStart: 10_000).until == 15_100)
    #expect(availability(at: 20_000, slowStart: 10_000) == .usable)
    _ = backend.eject(at: 30_000, policy: policy)
    #expect(availability(at: 32_000, slowStart: 10_000).percent == 10)
    _ = backend.override(.down, at: 50_000)
    _ = backend.override(nil, at: 60_000)
    #expect(availability(at: 65_000, slowStart: 10_000).percent == 50)
    // The first verdict is no return.
    let other = SharedBackendTests.backend()
    other.setHealth(.healthy, at: 5)
    #expect(other.availability(at: 5, slowStart: SlowStart(duration: 10)) == .usable)
  }

  @Test("decisions at run time hold until the configuration says something else than before")
  func decisions() {
    backend.configure(.up)
    #expect(backend.override(.drain, at: 1) && backend.assignedState == .drain)
    #expect(!backend.override(.drain, at: 1), "nothing new")
    #expect(availability(at: 2) == .draining)
    backend.configure(.up)
    #expect(backend.assignedState == .drain)
    backend.configure(.down)
    #expect(backend.assignedState == .down && backend.overriddenState == nil)
    #expect(backend.override(.up, at: 3) && backend.assignedState == .up)
    #expect(backend.override(nil, at: 3) && backend.assignedState == .down)
  }

  @Test("is named by its address, its cluster and its subcluster")
  func names() {
    let report = Observation.Backend(
      cluster: "c", subcluster: "s", address: "10.0.0.1:8080", weight: 1, subclusterWeight: 1)
    for name in ["10.0.0.1:8080", "c/10.0.0.1:8080", "c/s/10.0.0.1:8080"] {
      #expect(report.isNamed(name))
    }
    for name in ["10.0.0.1", "d/10.0.0.1:8080", "c/d/10.0.0.1:8080", "c", ""] {
      #expect(!report.isNamed(name))
    }
  }
}
