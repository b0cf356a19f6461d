import Bytes
public import HTTPSemantics

/// Reads the head of a response, as its octets arrive (RFC 9112 §4, §5).
///
/// Resumes as ``RequestHeadParser`` does. Each interim response is a head of its own.
public struct ResponseHeadParser: Sendable {
  private enum Phase {
    case statusLine, fields
  }

  private let limits: HeadLimits
  private var phase = Phase.statusLine
  private var fieldParser: FieldSectionParser

  public init(limits: HeadLimits) {
    self.limits = limits
    fieldParser = FieldSectionParser(limits: limits)
  }

  /// Forgets a head that was begun. A head that was completed or refused is forgotten anyway.
  public mutating func reset() { phase = .statusLine }

  /// Reads on in a head.
  ///
  /// - Parameters:
  ///   - bytes: Everything received of this message so far, from its first octet.
  ///   - requestMethod: The method of the request that is answered: no content follows on HEAD.
  ///   - head: The same one until the head is complete. Valid only when it is.
  /// - Returns: Whether the head is complete; if not, more octets are needed.
  /// - Throws: The first rule that the head breaks; the connection cannot be used further.
  public mutating func parse(
    _ bytes: Span<UInt8>, requestMethod: Method, into head: inout ResponseHead
  ) throws(ResponseError) -> Bool {
    do throws(ResponseError) {
      guard try parseLines(bytes, into: &head) else { return false }
      head.length = fieldParser.position
      try head.interpretFields(bytes, requestMethod: requestMethod)
    } catch {
      reset()
      throw error
    }
    reset()
    return true
  }

  private mutating func parseLines(
    _ bytes: Span<UInt8>, into head: inout ResponseHead
  ) throws(ResponseError) -> Bool {
    if phase == .statusLine {
      head.reset()
      // With its CRLF; and the line is part of the head.
      let limit = min(limits.maxStartLine &+ 2, limits.maxHead)
      let line = StatusLine(end: min(bytes.count, limit))
      guard let next = try line.parse(bytes, into: &head) else {
        if bytes.count >= limit { throw .statusLineTooLong }
        return false
      }
      fieldParser.restart(at: next)
      phase = .fields
    }
    do throws(FieldError) {
      return try fieldParser.parse(bytes, into: &head.fields)
    } catch {
      throw .field(error)
    }
  }
}
