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

  /// Gives up memory beyond the next power of two.
  mutating func releaseMemory() {
    guard let any = slots.first else { return }
    var fitting = 1
    while fitting < count { fitting *= 2 }
    if count == 0 {
      slots = []
    } else if fitting < slots.count {
      resize(to: fitting, filledWith: any)
    }
  }

  @inline(__always)
  private func slot(_ serial: UInt32) -> Int { Int(serial) & (slots.count &- 1) }

  @inline(never)
  private mutating func grow(with element: Element) {
    resize(to: max(8, slots.count * 2), filledWith: element)
  }

  private mutating func resize(to capacity: Int, filledWith element: Element) {
    var other = [Element](repeating: element, count: capacity)
    for age in 0..<count {
      let serial = newest &- UInt32(truncatingIfNeeded: age)
      other[Int(serial) & (capacity - 1)] = slots[slot(serial)]
    }
    slots = other
  }
}
