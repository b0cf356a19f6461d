public import Bytes

/// The value of `traceparent` (W3C Trace Context, §3.2): which trace a request belongs to, and what
/// in it has caused the request.
public struct TraceParent: BitwiseCopyable, Equatable, Sendable {
  /// The 128 bits of the trace's id; not zero.
  public var traceHigh: UInt64
  public var traceLow: UInt64
  /// The id of the span that has sent the request; not zero.
  public var span: UInt64
  /// Whether the sender records its part of the trace.
  public var isSampled: Bool

  public init(traceHigh: UInt64, traceLow: UInt64, span: UInt64, isSampled: Bool) {
    self.traceHigh = traceHigh
    self.traceLow = traceLow
    self.span = span
    self.isSampled = isSampled
  }

  private static let octets = 55

  /// Reads `00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01`.
  ///
  /// - Returns: nil for a value that breaks the grammar, which is to be taken for none (§4.3).
  public init?(_ value: Span<UInt8>) {
    guard value.count >= Self.octets, value[2] == .hyphen, value[35] == .hyphen,
      value[52] == .hyphen, let version = Self.number(value, 0..<2), version != 0xFF
    else { return nil }
    // Later versions may say more behind another hyphen.
    guard
      value.count == Self.octets || (version > 0 && value[Self.octets] == .hyphen),
      let high = Self.number(value, 3..<19), let low = Self.number(value, 19..<35),
      let span = Self.number(value, 36..<52), let flags = Self.number(value, 53..<55)
    else { return nil }
    guard high | low != 0, span != 0 else { return nil }
    self.init(traceHigh: high, traceLow: low, span: span, isSampled: flags & 1 == 1)
  }

  /// Hexadecimal digits in lower case, and no others.
  private static func number(_ value: Span<UInt8>, _ range: Range<Int>) -> UInt64? {
    var number: UInt64 = 0
    for index in range {
      let octet = value[index]
      switch octet {
      case 0x30...0x39: number = number << 4 | UInt64(octet &- 0x30)
      case 0x61...0x66: number = number << 4 | UInt64(octet &- 0x57)
      default: return nil
      }
    }
    return number
  }

  /// Appends the value, in version 00.
  public func write(into output: inout OutputBuffer) {
    output.append("00-")
    writeTraceID(into: &output)
    output.append(.hyphen)
    Self.write(span, into: &output)
    output.append(isSampled ? "-01" : "-00")
  }

  /// Appends the 32 digits of the trace's id.
  public func writeTraceID(into output: inout OutputBuffer) {
    output.append(upTo: 32) { writeTraceID(into: &$0) }
  }

  /// As ``writeTraceID(into:)-(OutputBuffer)``.
  public func writeTraceID(into room: inout OutputRoom) {
    Self.write(traceHigh, into: &room)
    Self.write(traceLow, into: &room)
  }

  /// Appends the 16 digits of a span's id.
  public static func write(_ span: UInt64, into output: inout OutputBuffer) {
    output.append(upTo: 16) { write(span, into: &$0) }
  }

  /// As ``write(_:into:)-(_,OutputBuffer)``.
  public static func write(_ span: UInt64, into room: inout OutputRoom) {
    var shift: UInt64 = 60
    for _ in 0..<16 {
      let digit = UInt8(truncatingIfNeeded: span >> shift & 0xF)
      room.append(digit < 10 ? 0x30 &+ digit : 0x57 &+ digit)
      shift &-= 4
    }
  }
}
