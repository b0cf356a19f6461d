import Bytes
import HTTPSemantics

extension RequestHead {
  /// Tells the four forms of a request target apart (RFC 9112 §3.2) and finds the parts.
  ///
  /// `target` and `query` have been set.
  mutating func interpretTarget(_ bytes: Span<UInt8>) throws(RequestError) {
    let first = bytes[Int(target.start)]
    if first == .slash {
      form = .origin
      path = ByteRange(Int(target.start)..<Int(query.start))
    } else if first == .asterisk, target.count == 1 {
      guard method == .options else { throw .invalidTargetForm }
      form = .asterisk
    } else {
      form = .absolute
      try interpretAbsoluteForm(bytes)
    }
  }

  /// `scheme "://" authority path-abempty [ "?" query ]` (RFC 9110 §4.2).
  private mutating func interpretAbsoluteForm(_ bytes: Span<UInt8>) throws(RequestError) {
    let end = Int(query.start)
    let start = Int(target.start)
    let colon = bytes.firstIndex(of: .colon, from: start, to: end)
    guard colon &+ 2 < end, bytes[colon &+ 1] == .slash, bytes[colon &+ 2] == .slash else {
      throw .invalidTargetForm
    }
    let scheme = bytes.extracting(start..<colon)
    guard scheme.equalsIgnoringCase("http") || scheme.equalsIgnoringCase("https") else {
      throw .unsupportedScheme
    }
    let pathStart = bytes.firstIndex(of: .slash, from: colon &+ 3, to: end)
    path = ByteRange(pathStart..<end)
    try setAuthority(ByteRange((colon &+ 3)..<pathStart), in: bytes)
    // A colon or a dot of the authority was taken for part of the path so far.
    pathNeedsNormalizing = !path.isEmpty && PathNormalizer.needsWork(bytes[path])
  }

  /// The port that the scheme of the target stands for, 80 for http and 443 for https.
  private func schemePort(_ bytes: Span<UInt8>) -> UInt16 {
    bytes[target].startsIgnoringCase(with: "https:") ? 443 : 80
  }

  mutating func setAuthority(_ range: ByteRange, in bytes: Span<UInt8>) throws(RequestError) {
    do throws(AuthorityError) {
      let parts = try Authority(bytes[range])
      authority = range
      host = ByteRange(start: range.start &+ parts.host.start, end: range.start &+ parts.host.end)
      port = parts.port
    } catch {
      throw .authority(error)
    }
  }

  /// Applies the rules about Host (RFC 9112 §3.2): exactly one, valid, and the same as in the
  /// target.
  mutating func interpretHost(_ bytes: Span<UInt8>) throws(RequestError) {
    guard fields.contains(.host) else {
      guard minorVersion == 0 else { throw .missingHost }
      return
    }
    guard let line = fields.only(.host) else { throw .duplicateHost }
    guard form == .absolute else { return try setAuthority(line.value, in: bytes) }
    let other: Authority
    do throws(AuthorityError) {
      other = try Authority(bytes[line.value])
    } catch {
      throw .authority(error)
    }
    // The RFC would ignore Host here, but a backend may not.
    let standardPort = schemePort(bytes)
    guard bytes[host].equalsIgnoringCase(bytes[line.value].extracting(other.host.range)),
      port ?? standardPort == other.port ?? standardPort
    else { throw .hostMismatch }
  }
}
