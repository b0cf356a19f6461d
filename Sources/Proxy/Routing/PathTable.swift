import Bytes
import Configuration

/// The paths of every host, and the routes that they lead to.
///
/// A path is looked up in the *set* of one host: exactly first, then by the longest prefix of whole
/// segments. All sets share two tables, with the set's number as salt.
struct PathTable: Sendable {
  private struct PathSet: Sendable {
    var exact = LengthSet()
    /// Without the prefix of length 0, which is `catchAll`.
    var prefixes = LengthSet()
    /// The route of `/*`; -1 for none. Most hosts have nothing else.
    var catchAll = -1
  }

  private var sets: [PathSet] = []
  private var exact: ByteKeyTable
  private var prefixes: ByteKeyTable

  init(hasher: KeyedHash) {
    exact = ByteKeyTable(hasher: hasher)
    prefixes = ByteKeyTable(hasher: hasher)
  }

  /// A new, empty set.
  mutating func addSet() -> Int {
    sets.append(PathSet())
    return sets.count - 1
  }

  /// Leads `pattern` to `route`, unless an earlier route of the file has it already.
  mutating func add(_ pattern: RouteConfig.PathPattern, to set: Int, route: Int) {
    let salt = UInt64(set)
    switch pattern {
    case .exact(let path):
      let key = Array(path.utf8)
      if exact.value(of: key.span, salt: salt) != nil { return }
      exact.insert(key, salt: salt, value: route)
      sets[set].exact.insert(key.count)
    case .prefix(""):
      if sets[set].catchAll < 0 { sets[set].catchAll = route }
    case .prefix(let path):
      let key = Array(path.utf8)
      if prefixes.value(of: key.span, salt: salt) != nil { return }
      prefixes.insert(key, salt: salt, value: route)
      sets[set].prefixes.insert(key.count)
    }
  }

  /// The route of `path` in `set`.
  ///
  /// - Complexity: O(octets of the path), and one look-up for each end of a segment at which a
  ///   prefix of the set may end.
  @inline(__always)
  func route(of path: Span<UInt8>, in set: Int) -> Int? {
    let found = sets[set]
    if found.exact.mayContain(path.count),
      let route = exact.value(of: path, salt: UInt64(truncatingIfNeeded: set))
    {
      return route
    }
    if !found.prefixes.isEmpty, let route = longestPrefix(of: path, in: set, found.prefixes) {
      return route
    }
    return found.catchAll < 0 ? nil : found.catchAll
  }

  private func longestPrefix(
    of path: Span<UInt8>, in set: Int, _ lengths: LengthSet
  ) -> Int? {
    // Longer than the longest prefix nothing is to be found, so a path of 8 KiB of slashes costs
    // no more look-ups than the configuration has octets in a prefix.
    var end = min(path.count, lengths.longest)
    while end > 0 {
      let isBoundary = end == path.count || path[end] == .slash
      if isBoundary, lengths.mayContain(end),
        let route = prefixes.value(
          of: path.extracting(0..<end), salt: UInt64(truncatingIfNeeded: set))
      {
        return route
      }
      end &-= 1
    }
    return nil
  }
}
