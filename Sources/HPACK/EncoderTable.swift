import Bytes
import HTTPSemantics

/// The dynamic table of an encoder, in which fields are found by their hashes.
///
/// Every entry is in two chains, of the entries whose fields and whose names fall into one bucket,
/// from the newest to the oldest. An evicted entry leaves no work behind: a chain ends where an
/// entry is older than the table's oldest.
struct EncoderTable: ~Copyable {
  /// What a table has of a field.
  enum Match {
    /// An entry of this age with the name and the value.
    case field(Int)
    /// An entry of this age with the name: the newest one.
    case name(Int)
    case nothing
  }

  /// What an entry has in the chains.
  private struct Link {
    let name: UInt32
    let field: UInt32
    /// The serial numbers of the next older entries in the two chains.
    var olderName: UInt32 = 0
    var olderField: UInt32 = 0
  }

  private(set) var table: DynamicTable
  private var links = SerialRing<Link>()
  /// The serial number of the newest entry of each bucket: those of names, then those of fields.
  private var heads: [UInt32] = []
  private let hasher = Self.sharedHasher

  /// One secret key for all: whoever does not know it cannot make the chains long.
  private static let sharedHasher = KeyedHash.random()

  init(maxSize: Int) { table = DynamicTable(maxSize: maxSize) }

  /// Changes the maximum size, and evicts what exceeds it.
  mutating func setMaxSize(_ maxSize: Int) { table.setMaxSize(maxSize) }

  /// Gives up memory beyond what is in use. What only finds entries is made anew when one is added.
  mutating func releaseMemory() {
    table.releaseMemory()
    links.keep(table.count)
    links.releaseMemory()
    if links.capacity * 2 < heads.count { rebuild() }
  }

  /// The hash of a name: of what it is recognised as, or else of its octets in lower case.
  @inline(__always)
  func nameHash(of id: FieldID, _ name: Span<UInt8>) -> UInt64 {
    // The odd multiplier spreads the few known ones over all the bits.
    id == .other ? hasher.hashIgnoringCase(name) : UInt64(id.rawValue) &* 0x9E37_79B9_7F4A_7C15
  }

  /// Looks for a field.
  @inline(__always)
  func find(
    _ nameHash: UInt64, _ id: FieldID, name: Span<UInt8>, value: Span<UInt8>
  ) -> Match {
    if heads.isEmpty { return .nothing }
    // What repeats is mostly the newest entry of its name, and alone in its bucket.
    let age = Int(table.newest &- heads[nameBucket(UInt32(truncatingIfNeeded: nameHash))])
    if age < table.count {
      let entry = table[age]
      if table.hasName(entry, id, name), table.hasValue(entry, value) { return .field(age) }
    }
    return search(nameHash, id, name: name, value: value)
  }

  /// Looks for a field along the chains. The value is hashed only when it is not that of the newest
  /// entry.
  @inline(never)
  private func search(
    _ nameHash: UInt64, _ id: FieldID, name: Span<UInt8>, value: Span<UInt8>
  ) -> Match {
    guard let named = findName(nameHash, id, name: name) else { return .nothing }
    if table.hasValue(table[named], value) { return .field(named) }
    let hash = UInt32(truncatingIfNeeded: hasher.hash(value, salt: nameHash))
    var serial = heads[fieldBucket(hash)]
    var last = -1
    while let age = age(of: serial, after: last) {
      let link = links[age]
      if link.field == hash {
        let entry = table[age]
        if table.hasName(entry, id, name), table.hasValue(entry, value) { return .field(age) }
      }
      (serial, last) = (link.olderField, age)
    }
    return .name(named)
  }

  /// The age of the newest entry with this name; nil when there is none.
  func findName(_ nameHash: UInt64, _ id: FieldID, name: Span<UInt8>) -> Int? {
    guard !heads.isEmpty else { return nil }
    let hash = UInt32(truncatingIfNeeded: nameHash)
    var serial = heads[nameBucket(hash)]
    var last = -1
    while let age = age(of: serial, after: last) {
      let link = links[age]
      if link.name == hash, table.hasName(table[age], id, name) { return age }
      (serial, last) = (link.olderName, age)
    }
    return nil
  }

  /// Adds an entry, whose name is stored in lower case.
  ///
  /// - Precondition: It is not larger than the table.
  mutating func insert(
    _ nameHash: UInt64, _ id: FieldID, name: Span<UInt8>, value: Span<UInt8>
  ) {
    table.insert(id, name: name, .lowered, value: value)
    links.keep(table.count &- 1)
    links.append(
      Link(
        name: UInt32(truncatingIfNeeded: nameHash),
        field: UInt32(truncatingIfNeeded: hasher.hash(value, salt: nameHash))))
    if links.capacity * 2 != heads.count { rebuild() } else { chain(age: 0) }
  }

  /// The age of the entry with this serial number, if it is in the table and older than `last`.
  @inline(__always)
  private func age(of serial: UInt32, after last: Int) -> Int? {
    let age = Int(table.newest &- serial)
    return age < table.count && age > last ? age : nil
  }

  @inline(__always)
  private func nameBucket(_ hash: UInt32) -> Int { Int(hash) & (heads.count &>> 1 &- 1) }

  @inline(__always)
  private func fieldBucket(_ hash: UInt32) -> Int {
    heads.count &>> 1 &+ Int(hash) & (heads.count &>> 1 &- 1)
  }

  private mutating func chain(age: Int) {
    var link = links[age]
    let serial = table.newest &- UInt32(truncatingIfNeeded: age)
    let (name, field) = (nameBucket(link.name), fieldBucket(link.field))
    (link.olderName, link.olderField) = (heads[name], heads[field])
    (heads[name], heads[field]) = (serial, serial)
    links[age] = link
  }

  /// Makes the buckets anew, after there came to be room for more entries.
  @inline(never)
  private mutating func rebuild() {
    // A serial number that no entry has: it is older than the oldest.
    let none = table.newest &- UInt32(truncatingIfNeeded: table.count)
    heads = [UInt32](repeating: none, count: links.capacity * 2)
    for age in (0..<table.count).reversed() { chain(age: age) }
  }
}
