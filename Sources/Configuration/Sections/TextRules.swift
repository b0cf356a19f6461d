import Addressing

/// A token (RFC 9110 §5.6.2).
func isToken(_ text: String) -> Bool {
  !text.isEmpty
    && text.utf8.allSatisfy { byte in
      switch byte {
      case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
      default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
      }
    }
}

/// Visible ASCII, with spaces inside: what can be sent as a field value (RFC 9110 §5.5).
func isFieldValue(_ text: String) -> Bool {
  text.utf8.allSatisfy { 0x20...0x7E ~= $0 } && text.utf8.first != 0x20 && text.utf8.last != 0x20
}

/// A host with or without a port, as it can stand in `Host` (RFC 9110 §7.2).
func isAuthority(_ text: String) -> Bool {
  if host(text) != nil { return true }
  guard let colon = text.utf8.lastIndex(of: UInt8(ascii: ":")) else { return false }
  // The port is what an endpoint would make of it.
  guard host(String(text[..<colon])) != nil else { return false }
  let port = text[text.utf8.index(after: colon)...]
  return (try? Endpoint.backend("a:\(port)")) != nil
}

/// The form in which hosts are compared: a name in lower case, or an address in its canonical
/// form, IPv6 in brackets. Nil when `text` is neither.
func host(_ text: String) -> String? {
  if text.utf8.first == UInt8(ascii: "["), text.utf8.last == UInt8(ascii: "]") {
    let inside = String(decoding: text.utf8.dropFirst().dropLast(), as: UTF8.self)
    guard inside.utf8.contains(UInt8(ascii: ":")), let address = IPAddress(inside) else {
      return nil
    }
    return "[\(address)]"
  }
  if !text.utf8.contains(UInt8(ascii: ":")), IPAddress(text) != nil { return text }
  return isHostName(text.utf8) ? text.lowercased() : nil
}
