/// The client connections of one worker, in the order in which they were last active.
///
/// - Complexity: O(1) for adding, removing and touching; no allocation once the slab has grown.
final class ConnectionRegistry {
  private struct Entry {
    var connection: DownstreamConnection?
    var next: Int32 = -1
    var previous: Int32 = -1
  }

  private var entries: [Entry] = []
  private var firstFree: Int32 = -1
  private var oldest: Int32 = -1
  private var newest: Int32 = -1
  private(set) var count = 0

  /// - Returns: What names the connection here.
  func add(_ connection: DownstreamConnection) -> Int32 {
    var id = firstFree
    if id >= 0 {
      firstFree = entries[Int(id)].next
    } else {
      id = Int32(truncatingIfNeeded: entries.count)
      entries.append(Entry())
    }
    entries[Int(id)].connection = connection
    append(id)
    count += 1
    return id
  }

  func remove(_ id: Int32) {
    unlink(id)
    entries[Int(id)].connection = nil
    entries[Int(id)].next = firstFree
    firstFree = id
    count -= 1
  }

  /// Makes the connection the one that was active last.
  func touch(_ id: Int32) {
    guard newest != id else { return }
    unlink(id)
    append(id)
  }

  /// Up to `limit` connections for which `condition` holds, those first that were idle for longest.
  func oldest(_ limit: Int, where condition: (DownstreamConnection) -> Bool)
    -> [DownstreamConnection]
  {
    var found: [DownstreamConnection] = []
    var id = oldest
    while id >= 0, found.count < limit {
      if let connection = entries[Int(id)].connection, condition(connection) {
        found.append(connection)
      }
      id = entries[Int(id)].next
    }
    return found
  }

  /// Up to `limit` connections, those first that were active last.
  func newest(_ limit: Int) -> [DownstreamConnection] {
    var found: [DownstreamConnection] = []
    var id = newest
    while id >= 0, found.count < limit {
      if let connection = entries[Int(id)].connection { found.append(connection) }
      id = entries[Int(id)].previous
    }
    return found
  }

  private func append(_ id: Int32) {
    entries[Int(id)].next = -1
    entries[Int(id)].previous = newest
    if newest >= 0 { entries[Int(newest)].next = id } else { oldest = id }
    newest = id
  }

  private func unlink(_ id: Int32) {
    let (next, previous) = (entries[Int(id)].next, entries[Int(id)].previous)
    if next >= 0 { entries[Int(next)].previous = previous } else { newest = previous }
    if previous >= 0 { entries[Int(previous)].next = next } else { oldest = next }
  }
}
