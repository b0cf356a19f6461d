public import Bytes

/// One field line of a section, as offsets into the octets that it was parsed from.
public struct FieldLine: Sendable {
  public var name: ByteRange
  /// Without the whitespace around it.
  public var value: ByteRange
  public var id: FieldID
  /// Whether the line must not be forwarded: a connection-level field, one that `Connection` names,
  /// one with an odd name that is dropped, or a trailer whose name is forbidden there.
  public var isHopByHop: Bool
  /// Whether it came as a literal that is never to be indexed (RFC 7541 §7.1.3), and so has to go on.
  public var isNeverIndexed = false

  /// `isHopByHop` is what the field is by its name, unless told otherwise.
  public init(name: ByteRange, value: ByteRange, id: FieldID, isHopByHop: Bool? = nil) {
    self.name = name
    self.value = value
    self.id = id
    self.isHopByHop = isHopByHop ?? id.isHopByHop
  }
}
