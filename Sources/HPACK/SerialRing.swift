/// The newest elements of a sequence, each known by its age: 0 for the newest.
///
/// The memory is allocated by the first element and doubles when it is full.
struct SerialRing<Element> {
  /// Slots, a power of two. An element's slot is its serial number modulo their number.
  private var slots: [Element] = []
  /// The serial number of the newest element. It wraps around.
  private(set) var newest: UInt32 = 0
  private(set) var count = 0

  /// Elements that fit before the memory has to grow.
  var capacity: Int { slots.count }

  /// - Precondition: `age` is below ``count``.
  subscript(age: Int) -> Element {
    @inline(__always) get {
      precondition(age >= 0 && age < count)
      return slots[slot(newest &- UInt32(truncatingIfNeeded: age))]
    }
    @inline(__always) set {
      precondition(age >= 0 && age < count)
      slots[slot(newest &- UInt32(truncatingIfNeeded: age))] = newValue
    }
  }

  mutating func append(_ element: Element) {
    if count == slots.count { grow(with: element) }
    newest &+= 1
    slots[slot(newest)] = element
    count &+= 1
  }

  /// Forgets all but the newest `count` elements.
  mutating func keep(_ count: Int) { self.count = min(self.count, max(count, 0)) }

  @inline(__always)
  private func slot(_ serial: UInt32) -> Int { Int(serial) & (slots.count &- 1) }

  @inline(never)
  private mutating func grow(with element: Element) {
    var larger = [Element](repeating: element, count: max(8, slots.count * 2))
    for age in 0..<count {
      let serial = newest &- UInt32(truncatingIfNeeded: age)
      larger[Int(serial) & (larger.count - 1)] = slots[slot(serial)]
    }
    slots = larger
  }
}
