import Addressing

extension RouteConfig.HostPattern {
  /// Nil when the problem is reported.
  init?(decoding node: Node) {
    guard let text = node.string() else { return nil }
    if text.utf8.starts(with: "*.".utf8) {
      let suffix = String(decoding: text.utf8.dropFirst(2), as: UTF8.self)
      guard isHostName(suffix.utf8) else {
        node.fail("\"\(text)\": expected a name after \"*.\", as in \"*.example.org\"")
        return nil
      }
      self = .suffix(suffix.lowercased())
      return
    }
    if let host = host(text) {
      self = .exact(host)
      return
    }
    node.fail("\"\(text)\": \(Self.problem(text))")
    return nil
  }

  private static func problem(_ text: String) -> String {
    if text == "*" { return "leave hosts out to take every host" }
    if text.utf8.contains(UInt8(ascii: "*")) {
      return "\"*\" stands for whole labels at the start only, as in \"*.example.org\""
    }
    if !text.utf8.allSatisfy({ $0 < 0x80 }) {
      return "a host is written in ASCII; other letters in the form \"xn--...\""
    }
    if text.utf8.last == UInt8(ascii: ".") { return "a host is written without a dot at its end" }
    if text.utf8.contains(UInt8(ascii: "/")) { return "expected a host, without scheme and path" }
    if isAuthority(text) { return "a host is written without a port; routes may name listeners" }
    return "expected a host such as \"example.org\" or \"*.example.org\""
  }
}

extension RouteConfig.PathPattern {
  /// Nil when the problem is reported.
  init?(decoding node: Node) {
    guard let text = node.string() else { return nil }
    guard text.utf8.first == UInt8(ascii: "/") else {
      node.fail("\"\(text)\": a path begins with \"/\"; \"/*\" takes every path")
      return nil
    }
    let isPrefix = text.utf8.suffix(2).elementsEqual("/*".utf8)
    let path = String(decoding: isPrefix ? text.utf8.dropLast(2) : text.utf8[...], as: UTF8.self)
    if let problem = Self.problem(path) {
      node.fail("\"\(text)\": \(problem.message)", atOctet: problem.octet)
      return nil
    }
    self = isPrefix ? .prefix(path) : .exact(path)
  }

  /// Why `path` is not a normalised path, which is the only form that can ever match.
  private static func problem(_ path: String) -> (octet: Int, message: String)? {
    let octets = Array(path.utf8)
    for index in octets.indices {
      let byte = octets[index]
      switch byte {
      case UInt8(ascii: "*"):
        return (index, "\"*\" stands at the end only, for whole segments, as in \"/api/*\"")
      case UInt8(ascii: "?"), UInt8(ascii: "#"):
        return (index, "routes match paths; no query and no fragment")
      case UInt8(ascii: "%"):
        if let message = escapeProblem(octets[index...]) { return (index, message) }
      default:
        if !isPathOctet(byte) { return (index, "this character must be percent-encoded") }
      }
    }
    return segmentProblem(octets)
  }

  private static func segmentProblem(_ octets: [UInt8]) -> (octet: Int, message: String)? {
    let segments = octets.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    for segment in segments
    where segment.elementsEqual(".".utf8) || segment.elementsEqual("..".utf8) {
      return (segment.startIndex, "requests are matched without \".\" and \"..\" segments")
    }
    return nil
  }

  /// Why the percent-encoding at the start of `text` never stands in a normalised path
  /// (RFC 3986 §6.2.2).
  private static func escapeProblem(_ text: ArraySlice<UInt8>) -> String? {
    let digits = text.dropFirst().prefix(2)
    let isHexadecimal = digits.allSatisfy { UnicodeScalar($0).properties.isASCIIHexDigit }
    guard digits.count == 2, isHexadecimal,
      let octet = UInt8(String(decoding: digits, as: UTF8.self), radix: 16)
    else { return "expected two hexadecimal digits after \"%\"" }
    if octet == 0 { return "%00 is refused in requests" }
    switch octet {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "-"), UInt8(ascii: "."),
      UInt8(ascii: "_"), UInt8(ascii: "~"):
      return "requests are matched with \"\(Character(UnicodeScalar(octet)))\" for this escape"
    default: break
    }
    let isUpperCase = digits.allSatisfy { !(0x61...0x66 ~= $0) }
    return isUpperCase ? nil : "requests are matched with upper-case letters in escapes"
  }

  /// pchar or "/" (RFC 3986 §3.3), escapes aside.
  private static func isPathOctet(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
    default: "/-._~!$&'()+,;=:@".utf8.contains(byte)
    }
  }
}
