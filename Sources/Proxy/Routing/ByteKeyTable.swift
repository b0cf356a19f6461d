import Bytes

/// A map from octets to small numbers that is filled once and then looked up by spans: no `String`
/// is made, nothing is allocated.
///
/// Open addressing with linear probing, at most half full; a slot has 32 bits of the hash, so that
/// keys are compared only when they are almost surely equal. A *salt* is part of the key: tables
/// of many owners share one memory.
struct ByteKeyTable: Sendable {
  private struct Slot: Sendable {
    var tag: UInt32 = 0
    /// Index into `entries`, plus 1; 0 for an empty slot.
    var entry: UInt32 = 0
  }

  private struct Entry: Sendable {
    var salt: UInt64
    var key: ByteRange
    var value: UInt32
  }

  /// What the letters `A` to `Z` of a key mean.
  enum Letters {
    /// Themselves.
    case exact
    /// The same as `a` to `z`; stored keys are in lower case.
    case folded
  }

  private let hasher: KeyedHash
  private var slots: [Slot]
  private var entries: [Entry] = []
  private var keys: [UInt8] = []

  init(hasher: KeyedHash) {
    self.hasher = hasher
    slots = Array(repeating: Slot(), count: 8)
  }

  /// Entries in the table.
  var count: Int { entries.count }

  /// The value of `key`, or nil.
  ///
  /// - Complexity: O(octets of the key).
  @inline(__always)
  func value(of key: Span<UInt8>, salt: UInt64 = 0, letters: Letters = .exact) -> Int? {
    let hash =
      switch letters {
      case .exact: hasher.hash(key, salt: salt)
      case .folded: hasher.hashIgnoringCase(key, salt: salt)
      }
    let tag = UInt32(truncatingIfNeeded: hash)
    let mask = slots.count &- 1
    var position = Int(truncatingIfNeeded: hash &>> 32) & mask
    while slots[position].entry != 0 {
      let slot = slots[position]
      if slot.tag == tag {
        let entry = entries[Int(slot.entry) &- 1]
        if entry.salt == salt, matches(key, entry.key, letters) { return Int(entry.value) }
      }
      position = (position &+ 1) & mask
    }
    return nil
  }

  /// Adds `value` under `key`, which is not in the table yet.
  ///
  /// - Precondition: Fewer than 2^31 entries and 4 GiB of keys, which a configuration never has.
  mutating func insert(_ key: [UInt8], salt: UInt64 = 0, value: Int) {
    if (entries.count + 1) * 2 > slots.count { rehash(slotCount: slots.count * 2) }
    let range = ByteRange(keys.count..<keys.count + key.count)
    keys += key
    entries.append(Entry(salt: salt, key: range, value: UInt32(truncatingIfNeeded: value)))
    place(entries.count, hash: hasher.hash(key.span, salt: salt))
  }

  @inline(__always)
  private func matches(_ key: Span<UInt8>, _ range: ByteRange, _ letters: Letters) -> Bool {
    let stored = keys.span[range]
    return switch letters {
    case .exact: stored.equals(key)
    case .folded: stored.equalsIgnoringCase(key)
    }
  }

  private mutating func place(_ entry: Int, hash: UInt64) {
    let mask = slots.count - 1
    var position = Int(truncatingIfNeeded: hash >> 32) & mask
    while slots[position].entry != 0 { position = (position + 1) & mask }
    slots[position] = Slot(
      tag: UInt32(truncatingIfNeeded: hash), entry: UInt32(truncatingIfNeeded: entry))
  }

  private mutating func rehash(slotCount: Int) {
    slots = Array(repeating: Slot(), count: slotCount)
    for (index, entry) in entries.enumerated() {
      place(index + 1, hash: hasher.hash(keys.span[entry.key], salt: entry.salt))
    }
  }
}
