import HTTP2
import Testing

@Suite("Priorities, RFC 9218")
struct StreamPriorityTests {
  typealias Case = (value: String, urgency: UInt8, isIncremental: Bool)

  static let cases: [Case] = [
    ("", 3, false), ("u=0", 0, false), ("u=7,i", 7, true), (" i , u=1 ", 1, true),
    ("i=?1", 3, true), ("i, i=?0", 3, false), ("u=8", 3, false), ("u=-1", 3, false),
    ("u=10", 3, false), ("u", 3, false), ("u=1;a=b, i;c", 1, true), ("x=5, u=2", 2, false),
    ("I", 3, false), ("u=1, u=5", 5, false), (",,;,", 3, false),
  ]

  @Test("a request's field says how urgent its response is", arguments: cases)
  func field(_ row: Case) {
    let rig = Rig.started()
    rig.receive(Wire.get(1, [("priority", row.value.trimmed)]))
    guard let slot = rig.slots[1] else { return }
    let priority = rig.connection.priority(of: slot)
    #expect(priority.urgency == row.urgency)
    #expect(priority.isIncremental == row.isIncremental)
  }

  @Test("PRIORITY_UPDATE replaces what the field said")
  func update() {
    let rig = Rig.started()
    rig.receive(Wire.get(1, [("priority", "u=1, i")]))
    rig.receive(Wire.priorityUpdate(1, "u=5") + Wire.priorityUpdate(1, "u=5"))
    #expect(rig.events.suffix(1) == ["priority 1 u=5 i=false"])
  }

  @Test("PRIORITY_UPDATE may come before its stream")
  func early() {
    let rig = Rig.started()
    rig.receive(Wire.priorityUpdate(3, "u=0") + Wire.get(1, [("priority", "u=6")]) + Wire.get(3))
    guard let first = rig.slots[1], let second = rig.slots[3] else { return }
    #expect(rig.connection.priority(of: first).urgency == 6)
    #expect(rig.connection.priority(of: second).urgency == 0)
  }
}

extension String {
  /// Without spaces at the ends, which no field value has.
  fileprivate var trimmed: String {
    String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
  }
}
