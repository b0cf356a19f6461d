import Testing

@testable import HTTP2

@Suite("Window arithmetic, RFC 9113 §6.9")
struct WindowTests {
  typealias Addition = (octets: Int32, increment: Int64, result: Int32?)

  static let additions: [Addition] = [
    (0, 1, 1), (0, 0x7FFF_FFFF, .max), (1, 0x7FFF_FFFF, nil), (.max, 1, nil), (.max, 0, .max),
    (-5, 5, 0), (10, -20, -10), (.min, -1, nil), (.min, 0x7FFF_FFFF, -1),
    (65_535, -65_535, 0),
  ]

  @Test("a send window keeps to 31 bits, and may be negative", arguments: additions)
  func add(_ row: Addition) {
    var window = SendWindow(row.octets)
    let isWithin = window.add(row.increment)
    #expect(isWithin == (row.result != nil))
    #expect(window.octets == row.result ?? row.octets)
    #expect(window.sendable == Int(max(window.octets, 0)))
  }

  @Test("more than can be sent is not taken from a send window")
  func sent() {
    var window = SendWindow(10)
    window.sent(4)
    #expect(window.octets == 6)
    window.sent(.max)
    #expect(window.octets == 0)
    var negative = SendWindow(-3)
    negative.sent(1)
    #expect(negative.octets == -3)
  }

  @Test("a receive window lets through what it granted, and grants anew by halves")
  func receive() {
    var window = ReceiveWindow(100)
    #expect([60, 41, 40, 0, 1].map { window.receive($0) } == [true, false, true, true, false])
    #expect([49, 1, 1000, 1000, -1].map { window.credit($0) } == [nil, 50, 50, nil, nil])
    #expect(window.available == 100)
  }

  @Test("a lowered receive window may be negative, and is made up for")
  func resize() {
    var window = ReceiveWindow(100)
    #expect({ window.receive(80) }())
    window.resize(by: -90)
    #expect(window.available == -70)
    #expect(!{ window.receive(1) }())
    #expect({ window.credit(80) }() == 80)
    #expect(window.available == 10)
  }
}
