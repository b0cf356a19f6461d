import Bytes
import Configuration

/// From host names, and suffixes of names, to numbers of path sets.
struct HostTable: Sendable {
  private var exact: ByteKeyTable
  /// `example.org` for `*.example.org`.
  private var suffixes: ByteKeyTable
  private var suffixLengths = LengthSet()

  init(hasher: KeyedHash) {
    exact = ByteKeyTable(hasher: hasher)
    suffixes = ByteKeyTable(hasher: hasher)
  }

  /// The set of `pattern`, made by `makeSet` when it has none yet.
  mutating func set(for pattern: RouteConfig.HostPattern, makeSet: () -> Int) -> Int {
    switch pattern {
    case .exact(let name):
      let key = Self.key(name)
      if let set = exact.value(of: key.span) { return set }
      let set = makeSet()
      exact.insert(key, value: set)
      return set
    case .suffix(let name):
      let key = Self.key(name)
      if let set = suffixes.value(of: key.span) { return set }
      let set = makeSet()
      suffixes.insert(key, value: set)
      suffixLengths.insert(key.count)
      return set
    }
  }

  /// The set of exactly this name, ASCII letters of either case taken as equal.
  @inline(__always)
  func exactSet(of name: Span<UInt8>) -> Int? {
    if exact.count == 0 || name.isEmpty { return nil }
    return exact.value(of: name, letters: .folded)
  }

  /// The set of the longest suffix that begins behind `start`, and where that suffix begins.
  ///
  /// A suffix has one label or more before it, which may not be empty.
  @inline(__always)
  func suffixSet(of name: Span<UInt8>, after start: Int) -> (set: Int, start: Int)? {
    if suffixLengths.isEmpty { return nil }
    // Names longer than the longest suffix are not hashed at every dot: a client may send a Host
    // of kilobytes of dots.
    var dot = max(start, name.count &- suffixLengths.longest &- 1, 1)
    while dot < name.count {
      if name[dot] == .period, suffixLengths.mayContain(name.count &- dot &- 1),
        let set = suffixes.value(
          of: name.extracting((dot &+ 1)..<name.count), letters: .folded)
      {
        return (set, dot &+ 1)
      }
      dot &+= 1
    }
    return nil
  }

  /// Lower case and without a final dot, as the table is looked up.
  private static func key(_ name: String) -> [UInt8] {
    var key = name.utf8.map(\.lowercased)
    if key.last == .period { key.removeLast() }
    return key
  }
}
