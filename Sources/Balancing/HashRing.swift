/// Consistent hashing: each member stands at many places of a ring, in proportion to its weight,
/// and a key belongs to whoever stands next. A member that comes or goes takes or leaves its own
/// keys only.
///
/// The places follow from the members' identities alone, so that all workers, also those of another
/// daemon with the same configuration, find the same member.
struct HashRing: Sendable {
  /// Places for each unit of weight, unless that makes too many.
  private static let placesPerWeight = 128
  private static let maxPlaces = 1 << 17

  /// Sorted: the place in the upper half, the member in the lower.
  private let places: [UInt64]
  /// Where in `places` to look for keys with the same first bits.
  private let starts: [UInt32]
  private let shift: UInt64
  /// Hashes of the members' identities.
  let identities: [UInt64]

  /// - Parameter members: Hashes of their identities, and their weights.
  init(_ members: [(identity: UInt64, weight: Int)]) {
    let total = members.reduce(0) { $0 + $1.weight }
    // A power of two: with half of it every second place stays, and most keys with them.
    var (factor, divisor) = (Self.placesPerWeight, 1)
    while total * factor / divisor > Self.maxPlaces {
      if factor > 1 { factor /= 2 } else { divisor *= 2 }
    }
    var places: [UInt64] = []
    for (index, member) in members.enumerated() where member.weight > 0 {
      for copy in 0..<max(1, member.weight * factor / divisor) {
        let place = mixed(member.identity ^ mixed(UInt64(truncatingIfNeeded: copy) &+ 1))
        places.append(place & ~0xFFFF_FFFF | UInt64(truncatingIfNeeded: index))
      }
    }
    places.sort()
    let bits = UInt64(max(1, Int.bitWidth - max(2, places.count).leadingZeroBitCount - 1))
    shift = 64 - bits
    var starts: [UInt32] = []
    var next = 0
    for bucket in 0..<(1 << bits) {
      let first = UInt64(bucket) &<< shift
      while next < places.count, places[next] < first { next += 1 }
      starts.append(UInt32(truncatingIfNeeded: next))
    }
    self.places = places
    self.starts = starts
    identities = members.map(\.identity)
  }

  /// The first member at or after `key` for which `isAcceptable` holds, or nil if there is none
  /// within some steps: then the unacceptable ones are so many, or so heavy, that something else is
  /// quicker.
  @inline(__always)
  func member(for key: UInt64, where isAcceptable: (Int) -> Bool) -> Int? {
    guard !places.isEmpty else { return nil }
    var position = Int(truncatingIfNeeded: starts[Int(truncatingIfNeeded: key &>> shift)])
    while position < places.count, places[position] < key { position += 1 }
    var last = -1
    for _ in 0..<Self.maxSteps {
      if position >= places.count { position = 0 }
      let member = Int(truncatingIfNeeded: places[position] & 0xFFFF_FFFF)
      if member != last, isAcceptable(member) { return member }
      last = member
      position += 1
    }
    return nil
  }

  private static let maxSteps = 64
}
