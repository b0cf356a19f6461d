/// The trailer section of a message (RFC 9112 §7.1.2), with the octets that it was parsed from.
///
/// A field that must not stand in trailers (RFC 9110 §6.5.1) is marked as hop-by-hop, so that it is
/// dropped: it must never be taken for a field of the head.
public struct TrailerSection: Sendable {
  /// What the offsets of ``fields`` count in.
  public let octets: [UInt8]
  public let fields: FieldSection

  public init(octets: [UInt8], fields: FieldSection) {
    self.octets = octets
    self.fields = fields
  }
}
