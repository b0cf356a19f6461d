// `#expect` cannot hold a span, so what is asked of one is asked in a closure.

extension Array where Element == UInt8 {
  public func withSpan<Result, Failure: Error>(
    _ body: (Span<UInt8>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try body(span)
  }

  /// These octets as text.
  public var text: String { String(decoding: self, as: UTF8.self) }
}

extension String {
  public func withSpan<Result, Failure: Error>(
    _ body: (Span<UInt8>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try Array(utf8).withSpan(body)
  }
}

extension Span where Element == UInt8 {
  /// These octets as text.
  public var text: String { Array(indices.map { self[$0] }).text }
}
