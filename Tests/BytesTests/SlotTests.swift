import Bytes
import Testing

@Suite("Slots")
struct SlotTests {
  /// Owns a value that is changed in place, as the classes of the data path do.
  private final class Owner {
    let slot = Slot([1, 2, 3])
    let output = Slot(OutputBuffer(capacity: 8))
  }

  @Test("a change in place is seen by whoever reads next")
  func changes() {
    let owner = Owner()
    owner.slot.value.append(4)
    owner.slot.value[0] = 0
    #expect(owner.slot.value == [0, 2, 3, 4])
    owner.slot.value = []
    #expect(owner.slot.value.isEmpty)
  }

  @Test("a value that cannot be copied is changed where it is")
  func noncopyable() {
    let owner = Owner()
    owner.output.value.append("more than it has room for")
    #expect(owner.output.value.count == 25)
  }

  @Test("what it held is released, when it is replaced and with the slot itself")
  func releases() {
    var owner: Owner? = Owner()
    var object: Witness? = Witness()
    weak let first = object
    let slot = Slot<Witness?>(object)
    object = nil
    #expect(first != nil)
    slot.value = nil
    #expect(first == nil)
    weak let held = owner
    owner = nil
    #expect(held == nil)
  }

  private final class Witness {}

  @Test("many may read at a time, and it can be changed after the last of them")
  func reads() {
    let owner = Owner()
    func sum(_ a: borrowing [Int], _ b: borrowing [Int]) -> Int { a.count + b.count }
    #expect(sum(owner.slot.value, owner.slot.value) == 6)
    owner.slot.value.append(4)
    #expect(owner.slot.value.count == 4)
  }

  @Test("a change is over also when it ends with an error")
  func failure() {
    struct Failure: Error {}
    func fail(_ array: inout [Int]) throws(Failure) {
      array.append(9)
      throw Failure()
    }
    let owner = Owner()
    #expect(throws: Failure.self) { try fail(&owner.slot.value) }
    owner.slot.value.append(10)
    #expect(owner.slot.value == [1, 2, 3, 9, 10])
  }

  @Test("a change amid another one ends the process")
  func overlappingChanges() async {
    await #expect(processExitsWith: .failure) {
      let slot = Slot([1])
      func change(_ array: inout [Int], _ body: () -> Void) { body() }
      change(&slot.value) { slot.value.append(2) }
    }
  }

  @Test("a change amid a read ends the process")
  func changeAmidRead() async {
    await #expect(processExitsWith: .failure) {
      let slot = Slot(OutputBuffer(capacity: 8))
      func read(_ output: borrowing OutputBuffer, _ body: () -> Void) { body() }
      read(slot.value) { slot.value.removeAll() }
    }
  }
}
