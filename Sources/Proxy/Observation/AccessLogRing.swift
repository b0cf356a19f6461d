public import Bytes
import Synchronization

/// The access log lines of one worker, on their way to the thread that writes them out.
///
/// The worker never waits for a disk: a line that finds no room is dropped as a whole, and counted.
public final class AccessLogRing: Sendable {
  private let ring: ByteRing
  private let dropped = Atomic<UInt64>(0)
  private let droppedInAll = Counter()

  /// Octets: some 7,000 lines in JSON, or what 100,000 lines a second are in 70 ms.
  public static let defaultCapacity = 4 << 20

  /// - Parameter capacity: Octets.
  public init(capacity: Int = defaultCapacity) { ring = ByteRing(capacity: capacity) }

  /// Octets of lines that wait; a glance, for whoever decides when to write.
  public var count: Int { ring.count }

  /// Adds a finished line, with its line end. The worker's thread only.
  public func append(_ line: Span<UInt8>) {
    guard !ring.write(line) else { return }
    dropped.wrappingAdd(1, ordering: .relaxed)
    droppedInAll.add()
  }

  /// As ``append(_:)-(Span<UInt8>)``.
  public func append(_ line: borrowing OutputBuffer) { append(line.span) }

  /// Appends all lines that wait to `output`, and returns how many octets. The log thread only.
  @discardableResult
  public func drain(into output: inout OutputBuffer) -> Int { ring.take(into: &output) }

  /// The number of lines that were ever dropped.
  var droppedEver: UInt64 { droppedInAll.value }

  /// The number of lines dropped since it was last asked for.
  public func takeDropped() -> UInt64 { dropped.exchange(0, ordering: .relaxed) }
}
