import Bytes

/// The priority of RFC 7540 §5.3, in PRIORITY and HEADERS: five octets that RFC 9113 §5.3.2 has us
/// ignore.
enum OldPriority {
  /// - Throws: When a stream depends on itself. Nobody means that, and to answer it by RST_STREAM
  ///   would be one more way to make us send those (CVE-2025-8671).
  static func check(
    _ input: Span<UInt8>, at position: Int, of id: StreamID
  ) throws(ConnectionError) {
    let dependency = StreamID(rawValue: input.halfWord(at: position).byteSwapped)
    guard dependency != id else { throw .selfDependency }
  }
}
