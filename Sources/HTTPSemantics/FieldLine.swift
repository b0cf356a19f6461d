public import Bytes

/// One field line of a section, as offsets into the octets that it was parsed from.
public struct FieldLine: Sendable {
  public var name: ByteRange
  /// Without the whitespace around it.
  public var value: ByteRange
  public var id: FieldID
  /// Whether the line must not be forwarded: a connection-level or pseudo-header field, one that
  /// `Connection` names, one with an odd name that is dropped, or a trailer whose name is forbidden
  /// there.
  public var isHopByHop: Bool
  /// Whether it came as a literal that is never to be indexed (RFC 7541 §7.1.3), and so has to go
  /// on.
  public var isNeverIndexed = false
  /// Whether name and value are known to be ``isPlain(name:value:)``, since they were looked at
  /// before.
  public var isKnownPlain = false
  /// Whether it came as the index of a line that had come before (RFC 7541 §6.1), and so may come
  /// again.
  public var isRepeated = false

  /// `isHopByHop` is what the field is by its name, unless told otherwise.
  public init(name: ByteRange, value: ByteRange, id: FieldID, isHopByHop: Bool? = nil) {
    self.name = name
    self.value = value
    self.id = id
    self.isHopByHop = isHopByHop ?? (id.isHopByHop || id.isPseudo)
  }

  /// Octets of plain names: `tchar` without letters in upper case, `_` and `.`.
  public static var plainNameOctets: ByteSet {
    ByteSet(low: 0x03FF_2CFA_0000_0000, high: 0x57FF_FFFF_4000_0000)
  }

  /// Whether no rule of HTTP/2 has anything against these octets (RFC 9113 §8.2.1): the name is a
  /// token in lower case, without `_` and `.` too, and the value has no control octets, nor
  /// whitespace at its ends.
  public static func isPlain(name: Span<UInt8>, value: Span<UInt8>) -> Bool {
    name.count > 0 && name.firstIndex(notIn: plainNameOctets, from: 0, to: name.count) == name.count
      && isPlain(value: value)
  }

  /// The same of a value.
  public static func isPlain(value: Span<UInt8>) -> Bool {
    value.count == 0
      || !value[0].isWhitespace && !value[value.count &- 1].isWhitespace
        && value.firstControl(from: 0, to: value.count) == value.count
  }
}
