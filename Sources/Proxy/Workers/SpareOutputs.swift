import Bytes

/// Output buffers of one worker that no connection needs at the moment: one that has nothing to
/// send holds no memory for it.
final class SpareOutputs {
  private final class Box {
    var buffer = OutputBuffer(capacity: 0)
  }

  private var full: [Box] = []
  private var empty: [Box] = []
  /// Buffers that are kept, and of which size.
  private static let kept = 64
  private static let keptOctets = 4 * 1024...256 * 1024
  private static let freshOctets = 16 * 1024

  /// Gives memory to a buffer that has none.
  func provide(for buffer: inout OutputBuffer) {
    guard buffer.capacityOctets == 0 else { return }
    guard let box = full.popLast() else {
      buffer = OutputBuffer(capacity: Self.freshOctets)
      return
    }
    swap(&box.buffer, &buffer)
    empty.append(box)
  }

  /// Takes the memory of a buffer that has nothing in it.
  func take(from buffer: inout OutputBuffer) {
    guard buffer.isEmpty, full.count < Self.kept, Self.keptOctets ~= buffer.capacityOctets else {
      buffer = OutputBuffer(capacity: 0)
      return
    }
    let box = empty.popLast() ?? Box()
    swap(&box.buffer, &buffer)
    full.append(box)
  }
}
