import Addressing
import Glibc
import Synchronization
import Testing

@testable import System

@Suite("The machine")
struct MachineTests {
  @Test("there is a processor, time passes, and the limit is at its maximum")
  func basics() {
    #expect(Machine.processorCount >= 1)
    #expect(Machine.wallClock > 1_700_000_000_000_000)
    let earlier = Machine.monotonicClock
    #expect(Machine.monotonicClock >= earlier)
    var limit = rlimit()
    let raised = DescriptorLimit.raise()
    _ = unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    #expect(limit.rlim_cur == limit.rlim_max && raised == Int(clamping: limit.rlim_max))
  }

  @Test("a blocked signal is read from the queue, and strikes nobody")
  func signals() async {
    // The signal is sent to the thread that blocks it, so that the other tests' threads stay out.
    let taken: [SignalKind] = await withCheckedContinuation { continuation in
      let started = BackgroundThread.start(name: "signal-test") {
        SignalQueue.block()
        let queue = SignalQueue.open()
        _ = pthread_kill(pthread_self(), SIGUSR1)
        let taken = SignalQueue.take(from: queue)
        _ = close(queue)
        continuation.resume(returning: taken)
      }
      #expect(started)
    }
    #expect(taken == [.user1])
    #expect(SignalKind.allCases.map(\.name).contains("SIGTERM"))
  }
}
