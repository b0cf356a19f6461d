public import Addressing

/// What hosts(5), `/etc/hosts`, says: addresses of names that no server is asked for.
public struct HostsFile: Sendable {
  private var known: [String: [IPAddress]] = [:]

  /// A file that says nothing.
  public init() {}

  /// Lines that are wrong are passed over, as by everybody who reads such files.
  public init(_ text: [UInt8]) {
    for line in text.split(separator: UInt8(ascii: "\n")) {
      let fields = line.prefix { $0 != UInt8(ascii: "#") }
        .split { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }
        .map { String(decoding: $0, as: UTF8.self) }
      guard let first = fields.first, let address = IPAddress(first) else { continue }
      for name in fields.dropFirst() where known[name.lowercased()]?.contains(address) != true {
        known[name.lowercased(), default: []].append(address)
      }
    }
  }

  /// The addresses of `name`, which is in lower case; none if the file does not have it.
  ///
  /// `localhost` is this machine, whatever the file says or a server would (RFC 6761 §6.3).
  public func addresses(of name: String) -> [IPAddress] {
    if let addresses = known[name] { return addresses }
    guard name == "localhost" || name.hasSuffix(".localhost") else { return [] }
    return [IPAddress(v4: 0x7F00_0001), IPAddress(v6: 0, 1)]
  }
}
