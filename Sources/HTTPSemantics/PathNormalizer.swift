import Bytes

/// Brings a request's path into the one form that routes are matched on and backends receive, so
/// that no rule about a path can be walked around by dots, by escapes of unreserved octets, or by
/// the case of an escape (RFC 3986 §6.2.2).
///
/// Percent-encoded unreserved octets are decoded, the digits of the other ones put in upper case,
/// dot segments removed. `%2F` stays, since decoding it would move the borders of segments; `//`
/// and `;params` stay, since they may mean something to the backend. Other octets stay as they
/// came, so `!` and `%21` are not the same, nor `|`, which browsers send as it is, and `%7C`.
public enum PathNormalizer {
  /// Whether normalising could change or refuse `path`. Never false for one that it would.
  public static func needsWork(_ path: Span<UInt8>) -> Bool {
    if path.count == 0 || path[0] != .slash { return true }
    for index in path.indices {
      switch path[index] {
      case .percent, .backslash: return true
      case .period where path[index &- 1] == .slash: return true
      default: continue
      }
    }
    return false
  }

  /// Writes the normal form of `path` over what `output` holds. An empty path becomes `/`.
  ///
  /// - Parameters:
  ///   - path: The path of a request target, without its query.
  ///   - output: Its memory is reused.
  /// - Throws: The rule that the path breaks; `output` is of no use then.
  public static func normalize(
    _ path: Span<UInt8>, into output: inout [UInt8]
  ) throws(TargetError) {
    output.removeAll(keepingCapacity: true)
    output.append(.slash)
    if path.count == 0 { return }
    guard path[0] == .slash else { throw .notAbsolute }
    var segmentStart = 1
    var index = 1
    while index < path.count {
      let byte = path[index]
      index += 1
      switch byte {
      case .slash:
        if try !removeDotSegment(from: segmentStart, in: &output) { output.append(.slash) }
        segmentStart = output.count
      case .percent:
        try decode(path, at: index, into: &output)
        index += 2
      case .backslash: throw .backslash
      default: output.append(byte)
      }
    }
    _ = try removeDotSegment(from: segmentStart, in: &output)
  }

  /// Appends what the two digits at `index` encode.
  private static func decode(
    _ path: Span<UInt8>, at index: Int, into output: inout [UInt8]
  ) throws(TargetError) {
    guard index + 1 < path.count, let high = path[index].hexDigitValue,
      let low = path[index + 1].hexDigitValue
    else { throw .malformedPercentEncoding }
    let byte = high << 4 | low
    if byte == 0 { throw .encodedNUL }
    if ByteSet.unreserved.contains(byte) { return output.append(byte) }
    output.append(.percent)
    output.append(.hexDigit(high))
    output.append(.hexDigit(low))
  }

  /// Applies and removes the segment from `start` on if it is `.` or `..` (RFC 3986 §5.2.4).
  ///
  /// - Returns: Whether it was; `output` ends with a slash then.
  private static func removeDotSegment(
    from start: Int, in output: inout [UInt8]
  ) throws(TargetError) -> Bool {
    let length = output.count - start
    guard 1...2 ~= length, output[start] == .period else { return false }
    if length == 1 {
      output.removeLast()
      return true
    }
    guard output[start + 1] == .period else { return false }
    guard start > 1 else { throw .aboveRoot }
    // Take off "..", and the slash and the name of the segment before it.
    output.removeLast(3)
    while output[output.count - 1] != .slash { output.removeLast() }
    return true
  }
}
