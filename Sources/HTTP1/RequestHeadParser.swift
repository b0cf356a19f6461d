import Bytes
public import HTTPSemantics

/// Reads the head of a request, as its octets arrive (RFC 9112 §3, §5).
///
/// It keeps where the last whole line ended, so that a head which dribbles in is not read again
/// and again. Whatever way the octets are cut, the outcome is the same.
public struct RequestHeadParser: Sendable {
  private enum Phase {
    case requestLine, fields
  }

  let limits: HeadLimits
  private var phase = Phase.requestLine
  private var fieldParser: FieldSectionParser

  public init(limits: HeadLimits) {
    self.limits = limits
    fieldParser = FieldSectionParser(limits: limits)
  }

  /// Forgets a head that was begun. A head that was completed or refused is forgotten anyway.
  public mutating func reset() { phase = .requestLine }

  /// Reads on in a head.
  ///
  /// - Parameters:
  ///   - bytes: Everything received of this message so far, from its first octet.
  ///   - head: The same one until the head is complete. Valid only when it is.
  /// - Returns: Whether the head is complete; if not, more octets are needed.
  /// - Throws: The first rule that the head breaks; the connection cannot be used further.
  /// - Complexity: O(n) over all calls, but for the last line, which is read again at each call.
  public mutating func parse(
    _ bytes: Span<UInt8>, into head: inout RequestHead
  ) throws(RequestError) -> Bool {
    do throws(RequestError) {
      guard try parseLines(bytes, into: &head) else { return false }
      head.length = fieldParser.position
      try head.interpretFields(bytes)
    } catch {
      reset()
      throw error
    }
    reset()
    return true
  }

  @inline(__always)
  private mutating func parseLines(
    _ bytes: Span<UInt8>, into head: inout RequestHead
  ) throws(RequestError) -> Bool {
    if phase == .requestLine {
      head.reset()
      guard let start = try skipEmptyLines(bytes),
        let next = try parseRequestLine(bytes, from: start, into: &head)
      else { return false }
      fieldParser.restart(at: next)
      phase = .fields
    }
    do throws(FieldError) {
      return try fieldParser.parse(bytes, into: &head.fields)
    } catch {
      throw .field(error)
    }
  }

  /// Passes up to two CRLFs, which some clients send after the content of the request before.
  ///
  /// - Returns: Where the request line starts; nil when it has not yet.
  @inline(__always)
  private func skipEmptyLines(_ bytes: Span<UInt8>) throws(RequestError) -> Int? {
    var start = 0
    while start < bytes.count {
      if bytes[start] == .lineFeed { throw .field(.bareLF) }
      guard bytes[start] == .carriageReturn else { return start }
      guard start < 4 else { throw .tooManyLeadingLines }
      guard start &+ 1 < bytes.count else { return nil }
      guard bytes[start &+ 1] == .lineFeed else { throw .field(.bareCR) }
      start &+= 2
    }
    return nil
  }

  @inline(__always)
  private func parseRequestLine(
    _ bytes: Span<UInt8>, from start: Int, into head: inout RequestHead
  ) throws(RequestError) -> Int? {
    // With its CRLF; and the line is part of the head.
    let limit = min(start &+ limits.maxStartLine &+ 2, limits.maxHead)
    var line = RequestLine(start: start, end: min(bytes.count, limit))
    if try line.parse(bytes, into: &head) { return line.position }
    if bytes.count >= limit { throw .targetTooLong }
    return nil
  }
}
