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

  @Test("an address is its own name, and a name that cannot be has an error")
  func lookup() async throws {
    let outcome = await NameLookup.addresses(of: ["127.0.0.1", "::1", "no such host"])
    #expect(outcome.count == 3)
    #expect(try outcome["127.0.0.1"]?.get() == [IPAddress(v4: 0x7F00_0001)])
    #expect(try outcome["::1"]?.get() == [IPAddress(v6: 0, 1)])
    #expect(throws: NameLookup.Failure.self) { try outcome["no such host"]?.get() }
    #expect(await NameLookup.addresses(of: []).isEmpty)
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
