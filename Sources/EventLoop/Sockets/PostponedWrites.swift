import Bytes

/// The small writes of one turn of a loop, which go out one after the other at its end.
///
/// To send takes tens of kilobytes of the kernel's code, and to serve a request as many of ours:
/// who does both in turn finds neither in the cache of the core. Sending for all connections in one
/// go spares a fifth of the CPU time of a small request. What a write waits for is the work for
/// others that became ready at the same moment, and nothing else.
final class PostponedWrites {
  /// Octets of the longest write that is postponed: a copy of more costs what it spares.
  static let longest = 4096
  /// After so many the first has waited long enough, and they all go out.
  private static let most = 64
  private static let octets = 64 * 1024

  private struct Entry {
    let transport: Transport
    let start: Int
    var count: Int
  }

  private let entries = Slot<[Entry]>([])
  private let buffer = ByteBuffer(capacity: PostponedWrites.octets)
  /// Octets of the buffer that are taken.
  @Cell private var used = 0

  /// Whether one more write of `count` octets fits in.
  func hasRoom(for count: Int) -> Bool {
    count <= Self.octets &- used && entries.value.count < Self.most
  }

  /// Whether what is written next can be joined to the entry at `index`.
  func isLast(_ index: Int) -> Bool { index == entries.value.count &- 1 }

  /// Adds an entry for `transport`, or to its last one.
  ///
  /// - Returns: The index of the entry, for ``sendNow(_:)``.
  func append(
    _ head: Span<UInt8>, _ body: Span<UInt8>, _ tail: Span<UInt8>, of transport: Transport,
    to index: Int?
  ) -> Int {
    let start = used
    store(head)
    store(body)
    store(tail)
    if let index {
      entries.value[index].count &+= used &- start
      return index
    }
    entries.value.append(Entry(transport: transport, start: start, count: used &- start))
    return entries.value.count &- 1
  }

  private func store(_ octets: Span<UInt8>) {
    if octets.isEmpty { return }
    buffer.store(octets, at: used)
    used &+= octets.count
  }

  /// Has `transport` send its entry now.
  func sendNow(_ index: Int) {
    let entry = entries.value[index]
    entries.value[index].count = 0
    send(entry)
  }

  /// Has all send that have written something since the last call.
  func sendAll() {
    if used == 0 { return }
    for index in 0..<entries.value.count { send(entries.value[index]) }
    entries.value.removeAll(keepingCapacity: true)
    used = 0
  }

  private func send(_ entry: Entry) {
    guard entry.count > 0 else { return }
    entry.transport.sendPostponed(entry.start..<entry.start &+ entry.count, of: buffer)
  }
}
