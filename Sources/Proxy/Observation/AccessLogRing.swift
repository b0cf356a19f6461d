import Bytes
import Synchronization

/// What one worker has to tell of its exchanges, on its way to the thread that makes lines of it.
///
/// The worker never waits for a disk: a record that finds no room is dropped as a whole, and
/// counted, and so is one that the reading thread could not write.
public final class AccessLogRing: Sendable {
  private let ring: RecordRing<AccessRecord>
  private let dropped = Atomic<UInt64>(0)
  private let droppedInAll = Counter()
  private let unwritten = Counter()

  /// Octets: some 10,000 records, or what 100,000 lines a second are in 100 ms: the log's thread
  /// comes by every 10 ms, but others may have the processors.
  public static let defaultCapacity = 4 << 20

  /// - Parameter capacity: Octets.
  public init(capacity: Int = defaultCapacity) { ring = RecordRing(capacity: capacity) }

  /// Octets of records that wait; a glance, for whoever decides when to write.
  public var count: Int { ring.count }

  /// Adds a record, whose ranges lie in `texts`. The worker's thread only.
  public func append(_ record: AccessRecord, _ texts: Span<UInt8>) {
    guard !ring.write(record, texts) else { return }
    dropped.wrappingAdd(1, ordering: .relaxed)
    droppedInAll.add()
  }

  /// Hands records that wait, each with its texts, to `body`, until some `limit` octets of the ring
  /// are free again or none is left. The reading thread only.
  ///
  /// - Returns: How many octets that were; 0 when none waits.
  @discardableResult
  public func take(upTo limit: Int = .max, _ body: (AccessRecord, Span<UInt8>) -> Void) -> Int {
    ring.take(upTo: limit, body)
  }

  /// Counts records that were taken and could not be written. The reading thread only.
  public func countUnwritten(_ count: Int) {
    guard count > 0 else { return }
    dropped.wrappingAdd(UInt64(count), ordering: .relaxed)
    unwritten.add(UInt64(count))
  }

  /// The number of records that were ever dropped.
  var droppedEver: UInt64 { droppedInAll.value &+ unwritten.value }

  /// The number of records dropped since it was last asked for.
  public func takeDropped() -> UInt64 { dropped.exchange(0, ordering: .relaxed) }
}
