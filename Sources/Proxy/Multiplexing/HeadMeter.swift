import Bytes
import HTTPSemantics

/// Counts the fields of a head as SETTINGS_MAX_HEADER_LIST_SIZE does (RFC 9113 §6.5.2): instead of
/// writing what a peer would not take. Once encoded, a head has to be sent, for the compression's
/// sake.
struct HeadMeter: FieldWriter {
  static var joinsCookies: Bool { false }

  /// Octets of names and values, and 32 for each line.
  private(set) var octets = 0
  private static let lineOctets = 32
  /// More than pseudo-header fields and what we add take when nothing unusual is added.
  private static let additions = 2048

  /// Whether a head with these fields is so far below the limit that there is no need to count.
  static func isFarBelow(_ limit: UInt32, octets: Int, fields: FieldSection) -> Bool {
    octets &+ fields.count &* lineOctets &+ additions <= Int(limit)
  }

  mutating func writeField(_ line: FieldLine, name: Span<UInt8>, value: Span<UInt8>) {
    octets &+= name.count &+ value.count &+ Self.lineOctets
  }

  mutating func writeField(_ id: FieldID, _ name: StaticString, value: Span<UInt8>) {
    count(name, value.count)
  }

  /// Counts a line with a value of so many octets.
  mutating func count(_ name: StaticString, _ value: Int) {
    octets &+= name.utf8CodeUnitCount &+ value &+ Self.lineOctets
  }
}
