import Bytes

/// The extension by which a client says whom it wants to reach (RFC 6066 §3).
enum ServerNameExtension {
  /// The host name in it.
  ///
  /// - Returns: nil if it is malformed; the handshake will fail over that by itself.
  static func hostName(_ octets: Span<UInt8>) -> Range<Int>? {
    // ServerNameList: its length, then one entry: type host_name (0), length, name.
    guard octets.count >= 5, length(octets, 0) == octets.count - 2, octets[2] == 0 else {
      return nil
    }
    let count = length(octets, 3)
    guard count > 0, count <= 255, 5 + count <= octets.count else { return nil }
    return 5..<5 + count
  }

  private static func length(_ octets: Span<UInt8>, _ index: Int) -> Int {
    Int(octets[index]) << 8 | Int(octets[index + 1])
  }
}
