import CMallocCounter
import Testing

@Suite(
  "Allocations of the whole path, from client to backend and back",
  .serialized, .enabled(if: malloc_is_counted())
)
struct RequestAllocationTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    let request: [UInt8]
    /// How what the backend gets ends.
    let ending: [UInt8]
    /// Heap allocations for each request, rounded up to the next half. They are to fall: who makes
    /// a request cheaper lowers them, and a release build's are raised by nobody.
    ///
    /// All that a debug build has are the frames of accessors that are not inlined there, a few for
    /// each use of a `Slot`; its limit stands a little above what was counted, and catches what
    /// allocates anew.
    let limits: (debug: Double, release: Double)

    var limit: Double {
      #if DEBUG
        limits.debug
      #else
        limits.release
      #endif
    }

    var testDescription: String { name }
  }

  static let content = String(repeating: "c", count: 99) + "."

  static let cases = [
    Case(
      name: "GET", request: octets("GET /a/b HTTP/1.1\r\nHost: www.example.com\r\n\r\n"),
      ending: octets("\r\n\r\n"), limits: (debug: 258, release: 0.5)),
    Case(
      name: "POST of 100 octets",
      request: octets(
        "POST /a/b HTTP/1.1\r\nHost: www.example.com\r\nContent-Length: 100\r\n\r\n" + content),
      ending: octets(content), limits: (debug: 275, release: 0.5)),
  ]

  @Test("a keep-alive request costs no more than it did", arguments: cases)
  func keepAlive(_ each: Case) async throws {
    var rig = try await KeepAliveRig()
    do {
      let cost = try await Self.cost(of: each, in: &rig)
      print("allocations per keep-alive request (\(each.name)): \(cost)")
      // The `Date` line that is made anew each second is in it: the slower the machine, the more.
      #expect(cost <= each.limit)
      // A counter that counts nothing would please any limit.
      #expect(await rig.allocations() > 0)
    } catch {
      await rig.stop()
      throw error
    }
    await rig.stop()
  }

  /// Allocations for each request on connections that are warm.
  private static func cost(of each: Case, in rig: inout KeepAliveRig) async throws -> Double {
    let response = octets("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello")
    func exchange(times: Int, _ rig: inout KeepAliveRig) throws {
      try rig.exchange(
        each.request, ending: each.ending, response, ending: octets("hello"), times: times)
    }
    try exchange(times: 200, &rig)
    let before = await rig.allocations()
    try exchange(times: 1000, &rig)
    return Double(await rig.allocations() - before) / 1000
  }
}
