import Bytes
import HTTPSemantics

extension RequestHead {
  /// Checks the fields that were decoded, and draws from them all else that the head says.
  ///
  /// - Parameters:
  ///   - octets: What the fields refer to.
  ///   - priority: Set by the `priority` field.
  ///   - known: What is kept from request to request.
  /// - Returns: What the request is to be refused for by an answer.
  /// - Throws: What makes it malformed (RFC 9113 §8.1.1).
  mutating func interpret(
    _ octets: borrowing OutputBuffer, endsStream: Bool, rules: RequestRules,
    priority: inout StreamPriority, known: inout KnownAuthority
  ) throws(StreamError) -> RequestProblem? {
    let bytes = octets.span
    let pseudo = try checkLines(bytes, rules: rules, priority: &priority)
    guard let methodRange = pseudo.method else { throw .missingPseudoField }
    try setMethod(methodRange, bytes)
    try pseudo.checkPresence(method, allowsConnectProtocol: rules.allowsConnectProtocol)
    if let path = pseudo.path { try setTarget(path, bytes) }
    connectProtocol = pseudo.connectProtocol ?? ByteRange()
    try setFraming(bytes, endsStream: endsStream)
    setFixed(bytes)
    do throws(RequestProblem) {
      try checkServed(pseudo, bytes, rules: rules, &known)
    } catch {
      return error
    }
    return nil
  }

  /// What HTTP/2 leaves no choice about.
  private mutating func setFixed(_ bytes: Span<UInt8>) {
    minorVersion = 1
    isPersistent = true
    upgradeRequested = false
    acceptsTrailers = fields.contains(.te)
    length = bytes.count
  }

  /// Line by line: pseudo-header fields first, then well-formed fields (RFC 9113 §8.2, §8.3).
  private mutating func checkLines(
    _ bytes: Span<UInt8>, rules: RequestRules, priority: inout StreamPriority
  ) throws(StreamError) -> RequestPseudoFields {
    var pseudo = RequestPseudoFields()
    var isPastPseudo = false
    for index in fields.lines.indices {
      let line = fields.lines[index]
      if line.id.isPseudo {
        guard !isPastPseudo else { throw .latePseudoField }
        try FieldLineRules.checkValue(line, in: bytes)
        try pseudo.note(line)
        continue
      }
      isPastPseudo = true
      let isOdd = try FieldLineRules.check(line, in: bytes)
      if isOdd, rules.dropsOddNames { fields.markHopByHop(at: index) }
      if line.id == .other, bytes[line.name].equals("priority") {
        priority.apply(bytes[line.value])
      }
    }
    return pseudo
  }

  private mutating func setMethod(
    _ range: ByteRange, _ bytes: Span<UInt8>
  ) throws(StreamError) {
    let end = bytes.firstIndex(notIn: .token, from: Int(range.start), to: Int(range.end))
    guard end == Int(range.end), !range.isEmpty else { throw .invalidMethod }
    methodBytes = range
    method = Method(bytes[range])
  }

  private mutating func setTarget(
    _ range: ByteRange, _ bytes: Span<UInt8>
  ) throws(StreamError) {
    target = range
    if bytes[Int(range.start)] == .asterisk, range.count == 1, method == .options {
      form = .asterisk
      query = ByteRange(start: range.end, end: range.end)
      return
    }
    guard bytes[Int(range.start)] == .slash else { throw .invalidPath }
    form = .origin
    let end = TargetScanner.endOfPath(
      bytes, from: Int(range.start), to: Int(range.end), needsNormalizing: &pathNeedsNormalizing)
    path = ByteRange(Int(range.start)..<end)
    query = ByteRange(end..<Int(range.end))
  }

  private mutating func setFraming(
    _ bytes: Span<UInt8>, endsStream: Bool
  ) throws(StreamError) {
    let declared = try FieldLineRules.contentLength(of: fields, in: bytes)
    if endsStream {
      guard declared ?? 0 == 0 else { throw .contentLengthMismatch }
      framing = .none
    } else if let declared, connectProtocol.isEmpty {
      framing = .length(declared)
    } else {
      framing = .chunked
    }
  }
}
