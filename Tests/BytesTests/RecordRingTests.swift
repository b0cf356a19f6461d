import Bytes
import Synchronization
import Testing

@Suite("Ring of records between two threads")
struct RecordRingTests {
  struct Head: BitwiseCopyable, Equatable, Sendable {
    var number: UInt64
    var mark: UInt8 = 7
  }

  struct Record: Equatable {
    var head: Head
    var octets: [UInt8]
  }

  @Test(
    "gives back what was written, over the end of its memory too",
    arguments: [0, 1, 2, 3, 7, 8, 9, 63, 200])
  func wraps(length: Int) {
    let ring = RecordRing<Head>(capacity: 512)
    for round in 0..<200 {
      let octets = (0..<length).map { UInt8(truncatingIfNeeded: round &* 31 &+ $0) }
      let record = Record(head: Head(number: UInt64(round)), octets: octets)
      #expect(write(record, to: ring))
      #expect(ring.count > 0)
      #expect(take(from: ring) == [record])
      #expect(ring.count == 0)
    }
  }

  @Test("takes a record whole or not at all, and has room again for what was taken")
  func full() {
    let ring = RecordRing<Head>(capacity: 256)
    var numbers = 0..<0
    for round in 0..<50 {
      while write(Self.record(numbers.upperBound), to: ring) {
        numbers = numbers.lowerBound..<(numbers.upperBound + 1)
      }
      // 24 octets for a head and its word, 24 for 17 octets; some may be lost at the end.
      #expect((4...5).contains(numbers.count), "round \(round)")
      #expect(ring.count <= 256)
      let first = take(from: ring, upTo: 1)
      #expect(first == [Self.record(numbers.lowerBound)] || first == [])
      let rest = take(from: ring)
      #expect(first + rest == numbers.map { Self.record($0) })
      numbers = numbers.upperBound..<numbers.upperBound
    }
  }

  @Test("a record larger than the ring is refused")
  func tooLarge() {
    let ring = RecordRing<Head>(capacity: 200)
    #expect(ring.capacity == 256)
    let large = Record(head: Head(number: 1), octets: [UInt8](repeating: 1, count: 240))
    #expect(!write(large, to: ring))
    #expect(ring.count == 0)
    #expect(take(from: ring) == [])
  }

  @Test("what one thread writes the other one reads, in order and whole")
  func twoThreads() async {
    let ring = RecordRing<Head>(capacity: 1 << 12)
    let isDone = Atomic<Bool>(false)
    async let numbers = readAll(ring, until: isDone)
    let written = await writeMany(20_000, to: ring)
    isDone.store(true, ordering: .releasing)
    #expect(await numbers == written)
    #expect(!written.isEmpty)
  }

  /// - Returns: The numbers of those that found room.
  @concurrent
  private func writeMany(_ count: Int, to ring: RecordRing<Head>) async -> [UInt64] {
    (0..<count).filter { write(Self.record($0), to: ring) }.map { UInt64($0) }
  }

  /// - Returns: The numbers of all, `.max` for one that is not whole.
  @concurrent
  private func readAll(
    _ ring: RecordRing<Head>, until isDone: borrowing Atomic<Bool>
  ) async -> [UInt64] {
    var numbers: [UInt64] = []
    var isLast = false
    while !isLast {
      // Asked first: what was written before the end is taken after it.
      isLast = isDone.load(ordering: .acquiring)
      let records = take(from: ring, upTo: 1000)
      if !records.isEmpty { isLast = false }
      for record in records {
        let number = record.head.number
        numbers.append(record == Self.record(Int(number)) ? number : .max)
      }
    }
    return numbers
  }

  /// Octets as many as its number says, so that a torn one shows.
  private static func record(_ number: Int) -> Record {
    let octet = UInt8(truncatingIfNeeded: number)
    return Record(head: Head(number: UInt64(number)), octets: [UInt8](repeating: octet, count: 17))
  }

  private func write(_ record: Record, to ring: RecordRing<Head>) -> Bool {
    ring.write(record.head, record.octets.span)
  }

  private func take(from ring: RecordRing<Head>, upTo limit: Int = .max) -> [Record] {
    var records: [Record] = []
    ring.take(upTo: limit) { head, octets in
      records.append(Record(head: head, octets: octets.indices.map { octets[$0] }))
    }
    return records
  }
}
