import COpenSSL

/// A key that session tickets are sealed with; who has it can read the sessions of its time.
///
/// A fleet whose servers share the keys resumes one another's sessions.
public struct TLSTicketKey: Hashable, Sendable {
  /// Name, key of the HMAC-SHA-256, key of AES-256: in the order that other servers use too.
  public static let octetCount = 80
  static let nameOctets = 16

  let octets: [UInt8]

  /// - Returns: nil unless there are exactly ``octetCount`` octets.
  public init?(_ octets: [UInt8]) {
    guard octets.count == Self.octetCount else { return nil }
    self.octets = octets
  }

  /// A new random key; nil if the system has no randomness, and then nothing is safe.
  public static func random() -> TLSTicketKey? {
    var octets = [UInt8](repeating: 0, count: octetCount)
    // Sound: the call fills as many octets as the array has.
    let outcome = unsafe octets.withUnsafeMutableBufferPointer {
      unsafe RAND_priv_bytes($0.baseAddress, Int32($0.count))
    }
    return outcome == 1 ? TLSTicketKey(octets) : nil
  }

  /// By which a ticket says what it was sealed with. No secret.
  var name: ArraySlice<UInt8> { octets[..<Self.nameOctets] }
}
