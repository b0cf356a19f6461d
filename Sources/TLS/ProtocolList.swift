import Bytes

/// Names of application protocols as they are on the wire (RFC 7301 §3.1): each behind its length.
enum ProtocolList {
  /// - Returns: nil if a name is empty or longer than 255 octets.
  static func encode(_ names: [String]) -> [UInt8]? {
    var octets: [UInt8] = []
    for name in names {
      guard let length = UInt8(exactly: name.utf8.count), length > 0 else { return nil }
      octets.append(length)
      octets.append(contentsOf: name.utf8)
    }
    return octets
  }

  /// The first of `ours` that `theirs` has too.
  ///
  /// - Returns: Where it is in `theirs`, without its length.
  static func choose(from theirs: Span<UInt8>, byOrderOf ours: [[UInt8]]) -> Range<Int>? {
    for name in ours {
      var position = 0
      while position < theirs.count {
        let start = position + 1
        let end = start + Int(theirs[position])
        guard end <= theirs.count else { break }
        if end - start == name.count, theirs.extracting(start..<end).hasOctets(name) {
          return start..<end
        }
        position = end
      }
    }
    return nil
  }
}

extension Span where Element == UInt8 {
  /// Whether these are the octets of `other`.
  fileprivate func hasOctets(_ other: [UInt8]) -> Bool {
    guard count == other.count else { return false }
    for index in indices where self[index] != other[index] { return false }
    return true
  }
}
