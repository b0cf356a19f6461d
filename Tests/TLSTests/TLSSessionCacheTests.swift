import Testing

@testable import TLS

@Suite("Sessions that the server keeps")
struct TLSSessionCacheTests {
  @Test("make room, the oldest first")
  func makesRoom() {
    let cache = TLSSessionCache(capacity: 2)
    for number in UInt8(1)...3 { cache.add([number, number], id: [number]) }
    #expect(cache.count == 2)
    #expect(cache.session(id: [1]) == nil)
    #expect(cache.session(id: [2]) == [2, 2])
    #expect(cache.session(id: [3]) == [3, 3])
    cache.add([9], id: [3])
    #expect(cache.session(id: [3]) == [9], "the same id again replaces its session")
    #expect(cache.count == 2)
  }

  @Test("have keys of exactly eighty octets")
  func hasKeys() throws {
    #expect(TLSTicketKey([UInt8](repeating: 0, count: 79)) == nil)
    #expect(TLSTicketKey([UInt8](repeating: 0, count: 80)) != nil)
    #expect(TLSTicketKey([UInt8](repeating: 0, count: 81)) == nil)
    let keys = try (0..<2).map { _ in try #require(TLSTicketKey.random()) }
    #expect(keys[0] != keys[1])
  }
}
