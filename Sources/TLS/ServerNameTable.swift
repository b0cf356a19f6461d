/// Which of several certificates is for a host name: an exact name before a wildcard.
struct ServerNameTable {
  private var exact: [[UInt8]: Int] = [:]
  /// By what follows the `*`, which stands for one label (RFC 9525 §6.3).
  private var wildcards: [[UInt8]: Int] = [:]

  /// Every name with its value, of those that were added.
  mutating func add(_ name: String, _ value: Int) {
    let octets = Array(name.lowercased().utf8)
    if octets.starts(with: [0x2A, 0x2E]) {
      wildcards[Array(octets.dropFirst()), default: value] = value
    } else {
      exact[octets] = value
    }
  }

  /// - Parameter name: In lower case, without a dot at its end.
  subscript(name: [UInt8]) -> Int? {
    if let value = exact[name] { return value }
    guard let dot = name.firstIndex(of: 0x2E), dot > 0 else { return nil }
    return wildcards[Array(name[dot...])]
  }

  /// `name` as the table knows names: in lower case, without a dot at its end.
  static func key(_ name: Span<UInt8>) -> [UInt8] {
    var key: [UInt8] = []
    key.reserveCapacity(name.count)
    for index in name.indices {
      let octet = name[index]
      key.append((0x41...0x5A).contains(octet) ? octet | 0x20 : octet)
    }
    if key.last == 0x2E { key.removeLast() }
    return key
  }
}
