import Bytes
import Testing

@Suite("Keyed hash of octets")
struct KeyedHashTests {
  static let hasher = KeyedHash(key: (0x0123_4567_89AB_CDEF, 0xFEDC_BA98_7654_3210))

  @Test("octets that differ in one place, in length or in salt have different hashes")
  func differences() {
    var seen: Set<UInt64> = []
    var expected = 0
    for length in 0...40 {
      let zeros = [UInt8](repeating: 0, count: length)
      for salt in UInt64(0)..<3 {
        seen.insert(Self.hasher.hash(zeros.span, salt: salt))
        expected += 1
      }
      for index in zeros.indices {
        var changed = zeros
        changed[index] = 1
        seen.insert(Self.hasher.hash(changed.span))
        expected += 1
      }
    }
    #expect(seen.count == expected)
  }

  @Test("letters of either case fall together only when case is ignored", arguments: 1...40)
  func folding(length: Int) {
    let upper = (0..<length).map { UInt8($0 % 26) + 0x41 }
    let lower = upper.map { $0 | 0x20 }
    #expect(Self.hasher.hashIgnoringCase(upper.span) == Self.hasher.hash(lower.span))
    #expect(Self.hasher.hash(upper.span) != Self.hasher.hash(lower.span))
    // @ and [ stand next to the letters; the high half is not ASCII.
    let others = (0..<length).map { [UInt8(0x40), 0x5B, 0xC1, 0x1F][$0 % 4] }
    #expect(Self.hasher.hashIgnoringCase(others.span) == Self.hasher.hash(others.span))
  }

  @Test("two keys give unrelated hashes, and a hash uses all its bits")
  func keys() {
    let other = KeyedHash(key: (0x0123_4567_89AB_CDEF, 0xFEDC_BA98_7654_3213))
    var differing = 0
    for number in 0..<1_000 {
      let name = Array("host-\(number).example".utf8)
      differing += (Self.hasher.hash(name.span) ^ other.hash(name.span)).nonzeroBitCount
    }
    #expect((31_000...33_000).contains(differing))
  }

  @Test("a table of names fills evenly in both halves of the hash")
  func spread() {
    var low = [Int](repeating: 0, count: 64)
    var high = low
    for number in 0..<64_000 {
      let hash = Self.hasher.hash(Array("\(number).example".utf8).span)
      low[Int(hash & 63)] += 1
      high[Int(hash >> 32 & 63)] += 1
    }
    // The mean is 1,000 and its standard deviation 32.
    #expect((low + high).allSatisfy { (840...1160).contains($0) })
  }
}
