import Bytes

/// Up to three names, as the access log takes them: in one piece, which is copied at once.
struct LogNames: ~Copyable {
  fileprivate let text: OutputBuffer
  fileprivate let parts: InlineArray<3, ByteRange>

  init(_ first: String, _ second: String = "", _ third: String = "") {
    var text = OutputBuffer(capacity: 16)
    parts = [
      text.place(first.utf8.span), text.place(second.utf8.span), text.place(third.utf8.span),
    ]
    self.text = text
  }
}

extension OutputBuffer {
  /// Appends `octets`.
  ///
  /// - Returns: Where they stand; the empty range for none.
  mutating func place(_ octets: Span<UInt8>) -> ByteRange {
    if octets.isEmpty { return ByteRange() }
    let start = count
    append(octets)
    return ByteRange(start..<count)
  }

  /// Appends `names`.
  ///
  /// - Returns: Where each of them stands.
  mutating func place(_ names: borrowing LogNames) -> InlineArray<3, ByteRange> {
    let start = UInt32(truncatingIfNeeded: count)
    append(names.text.span)
    return InlineArray { index in
      let part = names.parts[index]
      return ByteRange(start: start &+ part.start, end: start &+ part.end)
    }
  }
}

// Methods of what has the names: who only uses it has not to retain it then.

extension ListenerRuntime {
  func noteName(in record: inout AccessRecord, _ texts: inout OutputBuffer) {
    record.listener = texts.place(logNames)[0]
  }
}

extension RouteRuntime {
  func noteName(in record: inout AccessRecord, _ texts: inout OutputBuffer) {
    record.route = texts.place(logNames)[0]
  }
}

extension ClusterRuntime {
  func noteName(in record: inout AccessRecord, _ texts: inout OutputBuffer) {
    record.cluster = texts.place(name.utf8.span)
  }
}

extension BackendRuntime {
  /// Of its cluster and its subcluster, too.
  func noteNames(in record: inout AccessRecord, _ texts: inout OutputBuffer) {
    let names = texts.place(logNames)
    (record.cluster, record.subcluster, record.backend) = (names[0], names[1], names[2])
  }
}
