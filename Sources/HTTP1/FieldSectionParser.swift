import Bytes
import HTTPSemantics

/// Reads a field section up to the empty line that ends it (RFC 9112 §5).
///
/// A line that is not whole yet is read again from its start when more has arrived; whole lines
/// are never read again. What a prefix of the input leads to does not depend on how it was cut.
struct FieldSectionParser: Sendable {
  /// What names are made of, without the two octets that make one odd.
  private static var plainName: ByteSet {
    ByteSet(low: 0x03FF_2CFA_0000_0000, high: 0x57FF_FFFF_47FF_FFFE)
  }

  let limits: HeadLimits
  /// Where the next line starts; after the end, the octet past the section.
  private(set) var position: Int
  private var isFirstLine = true

  init(limits: HeadLimits, position: Int = 0) {
    self.limits = limits
    self.position = position
  }

  /// Starts over with a section that begins at `position`.
  mutating func restart(at position: Int) {
    self.position = position
    isFirstLine = true
  }

  /// Appends the lines that are whole to `fields`.
  ///
  /// - Parameters:
  ///   - bytes: All octets of the message so far; offsets count from its first one.
  ///   - fields: The lines that earlier calls appended.
  /// - Returns: Whether the section has ended.
  /// - Throws: The first rule that the section breaks.
  mutating func parse(
    _ bytes: Span<UInt8>, into fields: inout FieldSection
  ) throws(FieldError) -> Bool {
    let end = min(bytes.count, limits.maxHead)
    while position < end {
      if bytes[position] == .carriageReturn {
        guard position &+ 1 < end else { break }
        guard bytes[position &+ 1] == .lineFeed else { throw .bareCR }
        position &+= 2
        return true
      }
      guard let next = try parseLine(bytes, to: end, into: &fields) else { break }
      position = next
      isFirstLine = false
    }
    if end == limits.maxHead { throw .sectionTooLarge }
    return false
  }

  /// Appends the line at `position`.
  ///
  /// - Returns: Where the next line starts; nil when the line is not whole.
  @inline(__always)
  private func parseLine(
    _ bytes: Span<UInt8>, to end: Int, into fields: inout FieldSection
  ) throws(FieldError) -> Int? {
    guard fields.count < limits.maxFields else { throw .tooManyFields }
    let start = position
    let colon = bytes.firstIndex(of: .colon, from: start, to: end)
    let id = colon < end ? FieldID(bytes.extracting(start..<colon)) : .other
    var isDropped = false
    // A name that was recognised needs no look at its octets.
    if id == .other {
      isDropped = try checkName(bytes, from: start, to: colon, isWhole: colon < end)
      guard colon < end else { return nil }
    }

    var valueStart = colon &+ 1
    while valueStart < end, bytes[valueStart].isWhitespace { valueStart &+= 1 }
    let stop = bytes.firstControl(from: valueStart, to: end)
    guard stop < end else { return nil }
    guard bytes[stop] == .carriageReturn else {
      throw bytes[stop] == .lineFeed ? .bareLF : .invalidValue(bytes[stop])
    }
    guard stop &+ 1 < end else { return nil }
    guard bytes[stop &+ 1] == .lineFeed else { throw .bareCR }
    var valueEnd = stop
    while valueEnd > valueStart, bytes[valueEnd &- 1].isWhitespace { valueEnd &-= 1 }

    fields.append(
      FieldLine(
        name: ByteRange(start..<colon), value: ByteRange(valueStart..<valueEnd), id: id,
        isHopByHop: isDropped || id.isHopByHop))
    return stop &+ 2
  }

  /// Checks the octets of a name, or of what is there of one.
  ///
  /// - Returns: Whether the line is to be dropped for its odd name.
  @inline(__always)
  private func checkName(
    _ bytes: Span<UInt8>, from start: Int, to end: Int, isWhole: Bool
  ) throws(FieldError) -> Bool {
    var index = bytes.firstIndex(notIn: Self.plainName, from: start, to: end)
    let isOdd = index < end
    if isOdd { index = bytes.firstIndex(notIn: .token, from: index, to: end) }
    guard index == end else { throw nameError(bytes[index], isFirst: index == start) }
    // A name that is not whole may yet break a rule to be told of first.
    guard isWhole else { return false }
    if start == end { throw .emptyName }
    guard isOdd else { return false }
    switch limits.oddNames {
    case .drop: return true
    case .keep: return false
    case .reject: throw .oddName
    }
  }

  private func nameError(_ byte: UInt8, isFirst: Bool) -> FieldError {
    switch byte {
    case .space, .tab:
      if isFirst { return isFirstLine ? .whitespaceAfterStartLine : .obsoleteFolding }
      return .whitespaceBeforeColon
    case .lineFeed: return isFirst ? .bareLF : .missingColon
    case .carriageReturn: return .missingColon
    default: return .invalidName(byte)
    }
  }
}
