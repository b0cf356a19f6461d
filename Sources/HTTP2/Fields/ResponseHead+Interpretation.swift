import Bytes
import HTTPSemantics

extension ResponseHead {
  /// Checks the fields that were decoded, and draws from them all else that the head says.
  ///
  /// - Throws: What makes the response malformed (RFC 9113 §8.1.1).
  mutating func interpret(
    _ octets: borrowing OutputBuffer, endsStream: Bool, requestMethod: Method, dropsOddNames: Bool
  ) throws(StreamError) {
    let bytes = octets.span
    status = try checkLines(bytes, dropsOddNames: dropsOddNames)
    minorVersion = 1
    reason = ByteRange()
    isPersistent = true
    length = bytes.count
    try setFraming(bytes, endsStream: endsStream, requestMethod: requestMethod)
  }

  /// - Returns: The status.
  private mutating func checkLines(
    _ bytes: Span<UInt8>, dropsOddNames: Bool
  ) throws(StreamError) -> UInt16 {
    var status: UInt16?
    var isPastPseudo = false
    for index in fields.lines.indices {
      let line = fields.lines[index]
      if line.id.isPseudo {
        guard !isPastPseudo else { throw .latePseudoField }
        guard line.id == .statusPseudo else { throw .misplacedPseudoField }
        guard status == nil else { throw .duplicatePseudoField }
        status = try Self.status(bytes[line.value])
        continue
      }
      isPastPseudo = true
      let isOdd = try FieldLineRules.check(line, in: bytes)
      if isOdd, dropsOddNames { fields.markHopByHop(at: index) }
    }
    guard let status else { throw .missingPseudoField }
    return status
  }

  /// From 100 to 599, but 101, which HTTP/2 has not (RFC 9113 §8.6).
  private static func status(_ value: Span<UInt8>) throws(StreamError) -> UInt16 {
    guard value.count == 3, let status = value.decimalValue, 100...599 ~= status, status != 101
    else { throw .invalidStatus }
    return UInt16(truncatingIfNeeded: status)
  }

  private mutating func setFraming(
    _ bytes: Span<UInt8>, endsStream: Bool, requestMethod: Method
  ) throws(StreamError) {
    let declared = try FieldLineRules.contentLength(of: fields, in: bytes)
    if isInterim, endsStream { throw .interimEndsStream }
    if requestMethod == .head || isInterim || status == 204 || status == 304 {
      framing = .none
    } else if endsStream {
      guard declared ?? 0 == 0 else { throw .contentLengthMismatch }
      framing = .none
    } else if let declared, !(requestMethod == .connect && 200..<300 ~= status) {
      framing = .length(declared)
    } else {
      // A tunnel's content has no length, whatever the head says (RFC 9110 §8.6).
      framing = .chunked
    }
  }
}
