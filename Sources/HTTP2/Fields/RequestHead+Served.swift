import Bytes
import HTTPSemantics

extension RequestHead {
  /// Checks what a well-formed request must keep to in order to be served, and finds its authority.
  mutating func checkServed(
    _ pseudo: RequestPseudoFields, _ bytes: Span<UInt8>, rules: RequestRules,
    _ known: inout KnownAuthority
  ) throws(RequestProblem) {
    // First, so that a log can tell whom a refused request was for.
    try setAuthority(pseudo, bytes, &known)
    guard methodBytes.count <= rules.maxMethod else { throw .methodTooLong }
    guard method != .trace, method != .connect || pseudo.connectProtocol != nil else {
      throw .methodNotAllowed
    }
    guard target.count <= rules.maxTarget else { throw .targetTooLong }
    if form == .origin { try checkQuery(bytes) }
    try checkExpectation(bytes)
  }

  /// The path ended at the first octet that it cannot have: there is a query or nothing.
  private func checkQuery(_ bytes: Span<UInt8>) throws(RequestProblem) {
    if query.isEmpty { return }
    let start = Int(query.start)
    guard bytes[start] == .question else { throw .invalidTarget(bytes[start]) }
    let end = TargetScanner.firstSpecialInQuery(bytes, from: start, to: Int(query.end))
    guard end == Int(query.end) else { throw .invalidTarget(bytes[end]) }
  }

  /// `:authority`, and `host` where it is absent; where both are, they agree (RFC 9113 §8.3.1).
  private mutating func setAuthority(
    _ pseudo: RequestPseudoFields, _ bytes: Span<UInt8>, _ known: inout KnownAuthority
  ) throws(RequestProblem) {
    let standardPort: UInt16
    if let scheme = pseudo.scheme {
      let isSecure = bytes[scheme].equalsIgnoringCase("https")
      guard isSecure || bytes[scheme].equalsIgnoringCase("http") else { throw .unsupportedScheme }
      standardPort = isSecure ? 443 : 80
    } else {
      standardPort = 443
    }
    var hostField: ByteRange?
    if fields.contains(.host) {
      guard let line = fields.only(.host) else { throw .duplicateHost }
      hostField = line.value
    }
    guard let range = pseudo.authority ?? hostField else { throw .missingAuthority }
    let parts = try Self.authority(range, bytes, &known)
    authority = range
    host = ByteRange(start: range.start &+ parts.host.start, end: range.start &+ parts.host.end)
    port = parts.port
    guard pseudo.authority != nil, let hostField else { return }
    let other = try Self.authority(hostField, bytes, &known)
    guard bytes[host].equalsIgnoringCase(bytes[hostField].extracting(other.host.range)),
      port ?? standardPort == other.port ?? standardPort
    else { throw .hostMismatch }
  }

  private static func authority(
    _ range: ByteRange, _ bytes: Span<UInt8>, _ known: inout KnownAuthority
  ) throws(RequestProblem) -> Authority {
    do throws(AuthorityError) {
      return try known.parts(of: bytes[range])
    } catch {
      throw .authority(error)
    }
  }

  private mutating func checkExpectation(_ bytes: Span<UInt8>) throws(RequestProblem) {
    guard fields.contains(.expect) else { return }
    guard let line = fields.only(.expect), bytes[line.value].equalsIgnoringCase("100-continue")
    else { throw .unsupportedExpectation }
    expectsContinue = framing != .none && framing != .length(0)
  }
}
