import Addressing
import Testing

@testable import Names

/// Always the same number, for times without chance.
private struct Constant: RandomNumberGenerator {
  var value: UInt64 = 0
  mutating func next() -> UInt64 { value }
}

/// A directory whose questions a table answers.
private struct Rig {
  var directory = NameDirectory()
  var generator = Constant()
  var now: UInt64 = 0
  var asked: [String] = []

  init(_ names: BackendName...) { directory.want(Set(names), at: 0) }

  /// Answers all that is due, by `name/type`; what the table does not have fails in time.
  mutating func answer(_ table: [String: NameAnswer], at time: UInt64? = nil) {
    if let time { now = time }
    while true {
      let due = directory.takeDue(at: now, most: 100)
      if due.isEmpty { return }
      for question in due {
        let key = "\(question.name)/\(question.type)"
        asked.append(key)
        directory.received(
          table[key] ?? .failed(.timeout), to: question, at: now, using: &generator)
      }
    }
  }

  func found(_ name: BackendName) -> [String] {
    directory.backends(of: name, at: now).map { backend in
      "\(backend.address)" + (backend.port.map { ":\($0)*\(backend.weight)" } ?? "")
    }
  }
}

private func addresses(_ texts: String..., seconds: UInt32 = 10) -> NameAnswer {
  .records(.addresses(texts.compactMap { IPAddress($0) }), secondsToLive: seconds)
}

private func services(_ records: (UInt16, UInt16, UInt16, String)...) -> NameAnswer {
  .records(
    .services(records.map { ServiceRecord(priority: $0, weight: $1, port: $2, target: $3) }),
    secondsToLive: 10)
}

private let shop = BackendName(.host, "shop")
private let web = BackendName(.service, "_http._tcp.shop")

@Suite("The directory of names")
struct NameDirectoryTests {
  @Test("a host has the addresses of both families, in order and once each")
  func host() {
    var rig = Rig(shop)
    #expect(!rig.directory.isSettled)
    rig.answer([
      "shop/a": addresses("10.0.0.2", "10.0.0.1", "10.0.0.2"), "shop/aaaa": addresses("fd00::1"),
    ])
    #expect(rig.found(shop) == ["10.0.0.1", "10.0.0.2", "fd00::1"])
    #expect(rig.directory.isSettled)
  }

  @Test(
    "only the family that is wanted is asked for",
    arguments: [(NameSettings.Family.ipv4, ["shop/a"]), (.ipv6, ["shop/aaaa"])])
  func family(_ family: NameSettings.Family, asked: [String]) {
    var rig = Rig(BackendName(.host, "shop", settings: NameSettings(family: family)))
    rig.answer(["shop/a": addresses("10.0.0.1"), "shop/aaaa": addresses("fd00::1")])
    #expect(rig.asked == asked)
  }

  @Test(
    "an answer counts for its time, within the bounds",
    arguments: [
      (0, 1000), (1, 1000), (2, 2000), (300, 300_000), (301, 300_000), (UInt32.max, 300_000),
    ] as [(UInt32, UInt64)])
  func time(secondsToLive: UInt32, milliseconds: UInt64) {
    var rig = Rig(BackendName(.host, "shop", settings: NameSettings(family: .ipv4)))
    rig.answer(["shop/a": addresses("10.0.0.1", seconds: secondsToLive)])
    #expect(rig.directory.nextDue == milliseconds)
    #expect(rig.directory.takeDue(at: milliseconds - 1, most: 9).isEmpty)
    #expect(rig.directory.takeDue(at: milliseconds, most: 9).count == 1)
    #expect(rig.directory.nextDue == nil)
  }

  @Test("up to a tenth later, so that those who began together part")
  func jitter() {
    var rig = Rig(BackendName(.host, "shop", settings: NameSettings(family: .ipv4)))
    rig.generator.value = .max
    rig.answer(["shop/a": addresses("10.0.0.1", seconds: 100)])
    #expect(rig.directory.nextDue == 110_000)
  }

  @Test("pauses double from failure to failure, give or take a quarter")
  func pauses() {
    let settings = NameSettings()
    var (least, most) = (Constant(), Constant(value: .max))
    let expected: [(UInt64, UInt64)] = [
      (750, 1250), (1500, 2500), (3000, 5000), (6000, 10000), (12000, 20000), (22500, 37500),
      (22500, 37500),
    ]
    for (index, (low, high)) in expected.enumerated() {
      #expect(settings.pause(afterFailures: index + 1, using: &least) == low)
      #expect(settings.pause(afterFailures: index + 1, using: &most) == high)
    }
    #expect(settings.pause(afterFailures: .max, using: &least) == 22500)
    let slow = NameSettings(shortest: 60_000, longest: 90_000)
    #expect(slow.pause(afterFailures: 1, using: &least) == 45_000)
  }

  @Test("what was known stays when there is no answer", arguments: NameFailure.allCases)
  func stale(_ failure: NameFailure) {
    var rig = Rig(shop)
    rig.answer(["shop/a": addresses("10.0.0.1"), "shop/aaaa": addresses("fd00::1")])
    rig.answer(["shop/a": .failed(failure), "shop/aaaa": .failed(failure)], at: 20_000)
    #expect(rig.found(shop) == ["10.0.0.1", "fd00::1"])
    let status = rig.directory.statuses(at: 20_000)[0]
    #expect((status.failure, status.failures, status.age) == (failure, 1, 20_000))
    rig.answer(["shop/a": addresses("10.0.0.9"), "shop/aaaa": .failed(.noRecords)], at: 60_000)
    #expect(rig.found(shop) == ["10.0.0.9"])
    #expect(rig.directory.statuses(at: 60_000)[0].failure == nil)
  }

  @Test("a family that fails keeps its addresses beside one that does not")
  func partialFailure() {
    var rig = Rig(shop)
    rig.answer(["shop/a": addresses("10.0.0.1"), "shop/aaaa": addresses("fd00::1")])
    rig.answer(["shop/a": addresses("10.0.0.2"), "shop/aaaa": .failed(.timeout)], at: 20_000)
    #expect(rig.found(shop) == ["10.0.0.2", "fd00::1"])
    #expect(rig.directory.statuses(at: 20_000)[0].failure == .timeout)
  }

  @Test("what is stale goes when its time for that is over, and only while there is no answer")
  func staleEnds() {
    let name = BackendName(.host, "shop", settings: NameSettings(family: .ipv4, stale: 5000))
    var rig = Rig(name)
    rig.answer(["shop/a": addresses("10.0.0.1")])
    rig.answer([:], at: 14_999)
    #expect(rig.found(name) == ["10.0.0.1"])
    rig.now = 15_000
    #expect(rig.found(name) == [])
    rig.answer(["shop/a": addresses("10.0.0.1")], at: 16_000)
    rig.now = 1_000_000
    #expect(rig.found(name) == ["10.0.0.1"])
  }

  @Test("a service has the addresses of its targets, with ports and weights")
  func service() {
    var rig = Rig(web)
    rig.answer([
      "_http._tcp.shop/srv": services((0, 20, 8080, "a"), (0, 10, 8081, "b")),
      "a/a": addresses("10.0.0.1", "10.0.0.2"), "b/a": addresses("10.0.0.3"),
      "b/aaaa": addresses("fd00::3"),
    ])
    #expect(
      rig.found(web) == ["10.0.0.1:8080*2", "10.0.0.2:8080*2", "10.0.0.3:8081*1", "fd00::3:8081*1"])
  }

  @Test("records of a service that meet at one address add up")
  func sameAddress() {
    var rig = Rig(web)
    rig.answer([
      "_http._tcp.shop/srv": services((0, 2, 80, "a"), (0, 1, 80, "b"), (0, 1, 81, "b")),
      "a/a": addresses("10.0.0.1"), "b/a": addresses("10.0.0.1"),
    ])
    #expect(rig.found(web) == ["10.0.0.1:80*3", "10.0.0.1:81*1"])
  }

  @Test("the next priority is for when the first has no address")
  func priorities() {
    var rig = Rig(web)
    var table = [
      "_http._tcp.shop/srv": services((20, 0, 80, "c"), (10, 0, 80, "a"), (10, 0, 80, "b")),
      "b/a": addresses("10.0.0.2"), "c/a": addresses("10.0.0.3"),
    ]
    rig.answer(table)
    #expect(rig.found(web) == ["10.0.0.2:80*1"])
    table["_http._tcp.shop/srv"] = services((20, 0, 80, "c"), (10, 0, 80, "a"))
    rig.answer(table, at: 20_000)
    #expect(rig.found(web) == ["10.0.0.3:80*1"])
  }

  @Test("targets that have left a service are not asked for any more")
  func forgetsTargets() {
    var rig = Rig(web)
    rig.answer(["_http._tcp.shop/srv": services((0, 0, 80, "a")), "a/a": addresses("10.0.0.1")])
    rig.asked = []
    rig.answer(
      ["_http._tcp.shop/srv": services((0, 0, 80, "b")), "b/a": addresses("10.0.0.2")], at: 40_000)
    rig.asked = []
    rig.answer([:], at: 400_000)
    #expect(!rig.asked.contains("a/a") && rig.asked.contains("b/a"))
    #expect(rig.found(web) == ["10.0.0.2:80*1"])
  }

  @Test("names that stay wanted keep what is known; the others are forgotten")
  func want() {
    var rig = Rig(shop)
    rig.answer(["shop/a": addresses("10.0.0.1")])
    let other = BackendName(.host, "other")
    rig.directory.want([shop, other], at: 5)
    #expect(rig.found(shop) == ["10.0.0.1"])
    rig.directory.want([other], at: 6)
    #expect(rig.directory.takeDue(at: 6, most: 9).map(\.name) == ["other", "other"])
    #expect(Array(rig.directory.backends(at: 6).keys) == [other])
  }

  @Test("an answer to what is no longer asked is nothing")
  func lateAnswer() {
    var rig = Rig(shop)
    let questions = rig.directory.takeDue(at: 0, most: 9)
    rig.directory.want([], at: 1)
    for question in questions {
      rig.directory.received(addresses("10.0.0.1"), to: question, at: 2, using: &rig.generator)
    }
    #expect(rig.directory.isSettled && rig.directory.nextDue == nil)
    #expect(rig.directory.backends(at: 2).isEmpty)
  }

  @Test("a name stands for no more than a thousand backends, always the same ones")
  func bounded() {
    var rig = Rig(shop)
    let all = (0..<4000).map { IPAddress(v4: 0x0A00_0000 + UInt32($0)) }
    rig.answer(["shop/a": .records(.addresses(all.shuffled()), secondsToLive: 1)])
    #expect(rig.directory.backends(of: shop, at: 0).map(\.address) == Array(all.prefix(1000)))
  }

  @Test("questions are taken a few at a time")
  func fewAtATime() {
    var rig = Rig(shop, BackendName(.host, "other"))
    #expect(rig.directory.takeDue(at: 0, most: 3).count == 3)
    #expect(rig.directory.takeDue(at: 0, most: 3).count == 1)
    #expect(rig.directory.takeDue(at: 0, most: 3).isEmpty)
  }
}
