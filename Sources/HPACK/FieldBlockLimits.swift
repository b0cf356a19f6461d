/// How much one field block may hold once it is decoded. A block that holds more is decoded all the
/// same, since the table has to be kept in step, but not stored.
public struct FieldBlockLimits: Sendable {
  /// The size of the section as SETTINGS_MAX_HEADER_LIST_SIZE counts it (RFC 9113 §6.5.2): the
  /// octets of each line's name and value, and 32 for each line.
  public var maxOctets = 32 * 1024
  /// Field lines, those of pseudo-header fields among them.
  public var maxFields = 100

  public init() {}
}
