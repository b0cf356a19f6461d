import Bytes
import HTTPSemantics

/// The dynamic table of one direction of a connection (RFC 7541 §2.3.2, §4).
///
/// Entries are known by their age: the newest is 0 and has the index 62. Nothing is allocated
/// before the first one.
struct DynamicTable: ~Copyable {
  struct Entry {
    /// Where the name begins, counted from the first octet that ever was in the table. The value
    /// follows. It wraps around.
    var start: UInt32
    var nameCount: UInt16
    var valueCount: UInt16
    var id: FieldID
    /// Whether it is known to be plain: see ``FieldLine/isKnownPlain``.
    var isPlain: Bool

    var octets: Int { Int(nameCount) &+ Int(valueCount) }
  }

  /// What an entry counts besides its octets (§4.1).
  static let entryOverhead = 32
  /// The largest size that a table can be given: the octets of an entry fit 16 bits.
  static let sizeLimit = 65_536

  private var bytes = ByteQueue()
  private var entries = SerialRing<Entry>()
  /// The octets that were taken out of `bytes` so far. It wraps around.
  private var removed: UInt32 = 0
  /// The size of the table as §4.1 counts it.
  private(set) var size = 0
  /// What the size never exceeds.
  private(set) var maxSize: Int

  /// Its eighty octets would be copied for each look at it.
  private let inPlace = InPlace()

  init(maxSize: Int) { self.maxSize = Self.clamped(maxSize) }

  static func clamped(_ maxSize: Int) -> Int { min(max(maxSize, 0), sizeLimit) }

  var count: Int { entries.count }

  /// The serial number of the newest entry, which wraps around.
  var newest: UInt32 { entries.newest }

  /// - Precondition: `age` is below ``count``.
  subscript(age: Int) -> Entry { @inline(__always) get { entries[age] } }

  /// Changes the maximum size, and evicts what exceeds it (§4.3).
  mutating func setMaxSize(_ maxSize: Int) {
    self.maxSize = Self.clamped(maxSize)
    evict(until: self.maxSize)
  }

  /// Gives up memory beyond what is in use.
  mutating func releaseMemory() {
    bytes.releaseMemory()
    entries.releaseMemory()
  }

  /// Adds an entry and evicts the oldest ones to make room. One that is larger than the whole table
  /// just empties it (§4.4).
  mutating func insert(
    _ id: FieldID, name: Span<UInt8>, _ letters: Letters, value: Span<UInt8>,
    isPlain: Bool = false
  ) {
    let octets = name.count &+ value.count &+ Self.entryOverhead
    guard octets <= maxSize else { return evict(until: 0) }
    evict(until: maxSize &- octets)
    entries.append(
      Entry(
        start: removed &+ UInt32(truncatingIfNeeded: bytes.count),
        nameCount: UInt16(name.count), valueCount: UInt16(value.count), id: id, isPlain: isPlain))
    switch letters {
    case .kept: bytes.append(name)
    case .lowered: bytes.append(lowercasing: name)
    }
    bytes.append(value)
    size &+= octets
  }

  /// Appends the name of `entry` to `output`, or the name and the value.
  func copy(_ entry: Entry, withValue: Bool, to output: inout OutputBuffer) {
    let start = Int(entry.start &- removed)
    let length = withValue ? entry.octets : Int(entry.nameCount)
    output.append(bytes.span.extracting(start..<start &+ length))
  }

  /// Whether the entry has this name.
  ///
  /// - Parameter name: In either case. It is compared only when `id` does not say all.
  func hasName(_ entry: Entry, _ id: FieldID, _ name: Span<UInt8>) -> Bool {
    guard entry.id == id else { return false }
    if id != .other { return true }
    let start = Int(entry.start &- removed)
    return bytes.span.extracting(start..<start &+ Int(entry.nameCount)).equalsIgnoringCase(name)
  }

  /// Whether the entry has this value.
  func hasValue(_ entry: Entry, _ value: Span<UInt8>) -> Bool {
    let start = Int(entry.start &- removed) &+ Int(entry.nameCount)
    return bytes.span.extracting(start..<start &+ Int(entry.valueCount)).equals(value)
  }

  private mutating func evict(until target: Int) {
    while size > target, count > 0 {
      let entry = entries[count &- 1]
      bytes.removeFirst(entry.octets)
      removed &+= UInt32(truncatingIfNeeded: entry.octets)
      size &-= entry.octets &+ Self.entryOverhead
      entries.keep(count &- 1)
    }
  }
}
