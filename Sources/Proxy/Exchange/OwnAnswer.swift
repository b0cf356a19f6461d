public import Bytes
public import HTTPSemantics

/// The content of an answer that Portico gives itself: an error, or a fixed response without a
/// body.
public enum OwnAnswer {
  /// What the content is written in.
  public enum Form: Equatable, Sendable {
    case text, json

    /// For `Content-Type`.
    public var contentType: StaticString {
      switch self {
      case .text: "text/plain; charset=utf-8"
      case .json: "application/json"
      }
    }
  }

  /// The form that a client wants by its `Accept` (RFC 9110 §12.5.1); empty when it sent none.
  ///
  /// JSON only for who names `application/json` or a `+json` type, and wants it no less than any
  /// range, and more than `text/plain` and `text/html`; as much is enough if it comes first. So
  /// programs get JSON, browsers and curl a line to read.
  public static func form(accept: Span<UInt8>) -> Form {
    var json = 0
    var text = 0
    var ranges = 0
    var isJSONFirst = false
    var members = ListCursor(0..<accept.count)
    while let member = members.next(in: accept) {
      let item = accept.extracting(member)
      let weight = weight(of: item)
      switch kind(of: item) {
      case .json:
        json = max(json, weight)
        if text == 0 { isJSONFirst = true }
      case .text: text = max(text, weight)
      case .range: ranges = max(ranges, weight)
      case .other: continue
      }
    }
    guard json > 0, json >= ranges else { return .text }
    return json > text || (json == text && isJSONFirst) ? .json : .text
  }

  /// Appends the content: `503 Service Unavailable: no_backend` and a line end, or the same as
  /// JSON.
  ///
  /// - Parameters:
  ///   - status: Also gives the phrase.
  ///   - reason: Why; nil to keep it.
  ///   - form: Of ``form(accept:)``.
  ///   - output: What is appended to.
  public static func write(
    _ status: StatusCode, reason: Reason?, form: Form, into output: inout OutputBuffer
  ) {
    switch form {
    case .text:
      output.append(decimal: UInt64(status.rawValue))
      output.append(.space)
      output.append(status.reasonPhrase)
      if let reason {
        output.append(": ")
        output.append(reason.rawValue)
      }
    case .json:
      output.append("{\"status\":")
      output.append(decimal: UInt64(status.rawValue))
      output.append(",\"error\":\"")
      output.append(status.reasonPhrase)
      if let reason {
        output.append("\",\"reason\":\"")
        output.append(reason.rawValue)
      }
      output.append("\"}")
    }
    output.append(.lineFeed)
  }

  private enum Kind { case json, text, range, other }

  private static func kind(of item: Span<UInt8>) -> Kind {
    let end = item.firstIndex(of: .semicolon, from: 0, to: item.count)
    let type = item.extracting(item.trimmingWhitespace(0..<end))
    if type.equalsIgnoringCase("application/json") { return .json }
    if type.equalsIgnoringCase("text/plain") || type.equalsIgnoringCase("text/html") {
      return .text
    }
    if type.equalsIgnoringCase("*/*") || type.equalsIgnoringCase("text/*") { return .range }
    let isSuffixed =
      type.count > 5
      && type.extracting((type.count &- 5)..<type.count).equalsIgnoringCase("+json")
    return isSuffixed ? .json : .other
  }

  /// The `q` of a member in thousandths (RFC 9110 §12.4.2), 0 if it is malformed.
  private static func weight(of item: Span<UInt8>) -> Int {
    var start = item.firstIndex(of: .semicolon, from: 0, to: item.count)
    while start < item.count {
      let end = item.firstIndex(of: .semicolon, from: start &+ 1, to: item.count)
      let parameter = item.extracting(item.trimmingWhitespace((start &+ 1)..<end))
      if parameter.startsIgnoringCase(with: "q=") {
        return thousandths(parameter.extracting(2..<parameter.count))
      }
      start = end
    }
    return 1000
  }

  private static func thousandths(_ text: Span<UInt8>) -> Int {
    guard (1...5).contains(text.count), text[0] == .zero || text[0] == 0x31 else { return 0 }
    if text.count > 1, text[1] != .period { return 0 }
    var value = Int(text[0] &- .zero) &* 1000
    var unit = 100
    var index = 2
    while index < text.count {
      guard text[index].isDigit else { return 0 }
      value &+= Int(text[index] &- .zero) &* unit
      unit /= 10
      index &+= 1
    }
    return min(value, 1000)
  }
}
