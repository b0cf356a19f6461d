extension String {
  /// The text of octets in UTF-8; what is not, is replaced.
  init(octets: Span<UInt8>) {
    self.init(decoding: octets.indices.map { octets[$0] }, as: UTF8.self)
  }
}
