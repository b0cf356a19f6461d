public import Bytes

/// `host [ ":" port ]` (RFC 3986 §3.2, RFC 9110 §7.2), as offsets into the octets it was read from.
///
/// Stricter than the grammar where the excess has no honest use and helps to slip past rules about
/// hosts: no userinfo, no percent-encoding, no sub-delims, no IPvFuture, no zone of an address.
public struct Authority: Equatable, Sendable {
  /// An IPv6 address keeps its brackets.
  public let host: ByteRange
  /// Nil when none was given, or an empty one.
  public let port: UInt16?

  /// - Parameter bytes: The whole authority.
  /// - Throws: The rule that it breaks.
  public init(_ bytes: Span<UInt8>) throws(AuthorityError) {
    guard bytes.count > 0 else { throw .emptyHost }
    let hostEnd: Int
    if bytes[0] == .leftBracket {
      let close = bytes.firstIndex(of: .rightBracket, from: 1, to: bytes.count)
      guard close < bytes.count, isIPv6Address(bytes.extracting(1..<close)) else {
        throw .invalidHost
      }
      hostEnd = close &+ 1
    } else {
      // RFC 3986 calls these `unreserved`; a reg-name or an IPv4 address is made of them.
      hostEnd = bytes.firstIndex(notIn: .unreserved, from: 0, to: bytes.count)
    }
    host = ByteRange(0..<hostEnd)
    guard hostEnd < bytes.count else {
      port = nil
      return
    }
    guard bytes[hostEnd] == .colon else {
      let hasUserinfo = bytes.firstIndex(of: .at, from: hostEnd, to: bytes.count) < bytes.count
      throw hasUserinfo ? .userinfo : .invalidHost
    }
    guard hostEnd > 0 else { throw .emptyHost }
    port = try Self.port(bytes.extracting((hostEnd &+ 1)..<bytes.count))
  }

  private static func port(_ digits: Span<UInt8>) throws(AuthorityError) -> UInt16? {
    if digits.count == 0 { return nil }
    guard let value = digits.decimalValue, let port = UInt16(exactly: value) else {
      // "user:password@host" has its colon first and its at sign later.
      let hasUserinfo = digits.firstIndex(of: .at, from: 0, to: digits.count) < digits.count
      throw hasUserinfo ? .userinfo : .invalidPort
    }
    return port
  }
}

/// The rule that an authority broke.
public enum AuthorityError: Error, Equatable, Sendable {
  case emptyHost
  /// An octet that a host cannot hold, or an IPv6 address that is none.
  case invalidHost
  /// Not a decimal number from 0 to 65535.
  case invalidPort
  /// `user@` is never sent in HTTP (RFC 9110 §4.2.4).
  case userinfo

  /// A label for counters and logs.
  public var reason: Reason {
    switch self {
    case .emptyHost: .emptyHost
    case .invalidHost: .invalidHost
    case .invalidPort: .invalidPort
    case .userinfo: .userinfoInAuthority
    }
  }
}
