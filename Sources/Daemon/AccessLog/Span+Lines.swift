import Bytes

extension Span where Element == UInt8 {
  /// The number of lines that end from `start` on; what is behind the last end counts as one.
  func lineCount(from start: Int = 0) -> Int {
    var (lines, position) = (0, start)
    while position < count {
      position = firstIndex(of: .lineFeed, from: position, to: count) + 1
      lines += 1
    }
    return lines
  }
}
