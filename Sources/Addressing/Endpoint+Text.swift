extension Endpoint {
  /// Octets of a unix socket's path: `sun_path` less its terminating NUL.
  public static let longestUnixPath = 107

  /// Parses an address to listen on: `10.0.0.1:80`, `[::1]:80`, `unix:/path`, `fd:NAME`, or `*:80`,
  /// which is two endpoints, `0.0.0.0:80` and `[::]:80`. Port 0 lets the kernel choose.
  public static func listening(on text: String) throws(EndpointError) -> [Endpoint] {
    if text.utf8.starts(with: "*:".utf8) {
      let port = try parsePort(text.droppingOctets(2))
      return [
        .ip(IPAddress(v4: 0), port: port), .ip(IPAddress(v6: 0, 0), port: port),
      ]
    }
    let endpoint = try parse(text)
    switch endpoint {
    case .name, .service: throw .nameToListenOn
    case .ip, .unix, .inherited: return [endpoint]
    }
  }

  /// Parses the address of a backend: `10.0.0.1:80`, `[::1]:80`, `unix:/path`, `name.example:80` or
  /// `srv:_http._tcp.name.example`. A name comes out in lower case.
  public static func backend(_ text: String) throws(EndpointError) -> Endpoint {
    let endpoint = try parse(text)
    switch endpoint {
    case .inherited: throw .inheritedBackend
    case .ip(_, port: 0), .name(_, port: 0): throw .portZero
    case .ip, .name, .service, .unix: return endpoint
    }
  }

  private static func parse(_ text: String) throws(EndpointError) -> Endpoint {
    if text.utf8.starts(with: "unix:".utf8) { return try parseUnix(text.droppingOctets(5)) }
    if text.utf8.starts(with: "fd:".utf8) { return try parseInherited(text.droppingOctets(3)) }
    if text.utf8.starts(with: "srv:".utf8) { return try parseService(text.droppingOctets(4)) }
    if text.utf8.contains(UInt8(ascii: "/")) { throw .schemeOrPath }
    if text.utf8.starts(with: "[".utf8) { return try parseBracketed(text) }
    guard let colon = text.utf8.lastIndex(of: UInt8(ascii: ":")) else { throw .missingPort }
    let host = text[..<colon]
    if host.utf8.contains(UInt8(ascii: ":")) {
      let isAddress = IPAddress(text) != nil || IPAddress(String(host)) != nil
      throw isAddress ? .missingBrackets : .badHost
    }
    let port = try parsePort(text[text.utf8.index(after: colon)...])
    if let address = IPAddress(String(host)) { return .ip(address, port: port) }
    let name = host.lowercased()
    // Names come out in lower case, where these three would be read as something else.
    guard isHostName(host.utf8), !["unix", "fd", "srv"].contains(name) else { throw .badHost }
    return .name(name, port: port)
  }

  private static func parseBracketed(_ text: String) throws(EndpointError) -> Endpoint {
    guard let close = text.utf8.firstIndex(of: UInt8(ascii: "]")) else { throw .badHost }
    let inside = text[text.utf8.index(after: text.startIndex)..<close]
    // The colon tells `[::1]`, which is right, from `[10.0.0.1]`, which is nothing.
    guard inside.utf8.contains(UInt8(ascii: ":")), let address = IPAddress(String(inside)) else {
      throw .badHost
    }
    let rest = text[text.utf8.index(after: close)...]
    guard rest.utf8.first == UInt8(ascii: ":") else { throw .missingPort }
    return .ip(address, port: try parsePort(rest.droppingOctets(1)))
  }

  private static func parseUnix(_ path: Substring) throws(EndpointError) -> Endpoint {
    guard path.utf8.first == UInt8(ascii: "/"), !path.utf8.contains(0) else { throw .badUnixPath }
    guard path.utf8.count <= longestUnixPath else { throw .unixPathTooLong }
    return .unix(path: String(path))
  }

  private static func parseInherited(_ name: Substring) throws(EndpointError) -> Endpoint {
    // sd_listen_fds_with_names(3): ASCII without control characters and colons, up to 255.
    let isName = name.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: ":") }
    guard isName, (1...255).contains(name.utf8.count) else { throw .badInheritedName }
    return .inherited(name: String(name))
  }

  /// `_service._protocol.domain`.
  private static func parseService(_ name: Substring) throws(EndpointError) -> Endpoint {
    let labels = name.utf8.split(
      separator: UInt8(ascii: "."), maxSplits: 2, omittingEmptySubsequences: false)
    let isService =
      labels.count == 3 && labels.prefix(2).allSatisfy { $0.first == UInt8(ascii: "_") }
    guard isService, isHostName(name.utf8), labels.prefix(2).allSatisfy({ $0.count > 1 }) else {
      throw .badServiceName
    }
    return .service(name.lowercased())
  }

  private static func parsePort(_ text: Substring) throws(EndpointError) -> UInt16 {
    let digits = text.utf8
    if digits.isEmpty { throw .missingPort }
    let isCanonical = digits.count == 1 || digits.first != UInt8(ascii: "0")
    guard digits.allSatisfy({ 0x30...0x39 ~= $0 }), isCanonical, let port = UInt16(text) else {
      throw .badPort
    }
    return port
  }
}

extension Endpoint: CustomStringConvertible {
  public var description: String {
    switch self {
    case .ip(let address, let port):
      address.family == .v6 ? "[\(address)]:\(port)" : "\(address):\(port)"
    case .unix(let path): "unix:\(path)"
    case .inherited(let name): "fd:\(name)"
    case .name(let name, let port): "\(name):\(port)"
    case .service(let name): "srv:\(name)"
    }
  }
}

extension StringProtocol {
  /// `dropFirst` on octets: a combining mark after an ASCII character is one Character with it.
  fileprivate func droppingOctets(_ count: Int) -> Substring {
    Substring(self[utf8.index(startIndex, offsetBy: count)...])
  }
}

/// Whether `text` is a host name: labels of letters, digits, `-` and `_`, 1 to 63 octets each and
/// 253 together. The last label must not be a number, so that no misspelt IPv4 address passes.
public func isHostName(_ text: some Collection<UInt8>) -> Bool {
  guard text.count <= 253 else { return false }
  let labels = text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
  for label in labels {
    guard (1...63).contains(label.count), label.first != UInt8(ascii: "-") else { return false }
    guard label.allSatisfy(isLabelOctet) else { return false }
  }
  // An address in hexadecimal, `0x7f.1`, is a number too for the system's resolver.
  guard let last = labels.last, !last.allSatisfy({ 0x30...0x39 ~= $0 }) else { return false }
  return !(last.starts(with: "0x".utf8) || last.starts(with: "0X".utf8))
}

private func isLabelOctet(_ byte: UInt8) -> Bool {
  switch byte {
  case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "-"), UInt8(ascii: "_"): true
  default: false
  }
}
