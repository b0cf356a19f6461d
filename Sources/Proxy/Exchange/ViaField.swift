import Bytes

/// `Via` (RFC 9110 §7.6.3), by which a request tells the proxies that it went through.
public enum ViaField {
  /// Whether a member of the list `value` was received by exactly `pseudonym`, which is how we
  /// name ourselves: the request comes round again.
  ///
  /// `portico:8080` and `portico.example` are others than `portico`, since we write neither.
  /// Names are compared without regard to case.
  ///
  /// - Complexity: O(octets), whatever they are.
  public static func names(_ pseudonym: Span<UInt8>, in value: Span<UInt8>) -> Bool {
    var scanner = Scanner(position: 0)
    while scanner.skipToMember(in: value) {
      _ = scanner.word(in: value)  // received-protocol
      let receivedBy = scanner.word(in: value)
      if !receivedBy.isEmpty, value.extracting(receivedBy).equalsIgnoringCase(pseudonym) {
        return true
      }
      scanner.skipMember(in: value)
    }
    return false
  }

  private struct Scanner {
    var position: Int
    /// Set once a comment has turned out to have no end. From then on parentheses mean nothing:
    /// else a client could send `Via: 1.1 x (` and hide the name that we put behind it.
    var ignoresComments = false

    /// Stops at the first octet of the next member; false at the end.
    mutating func skipToMember(in value: Span<UInt8>) -> Bool {
      while position < value.count, value[position] == .comma || value[position].isWhitespace {
        position &+= 1
      }
      return position < value.count
    }

    /// The octets up to whitespace, a comma or a comment, after any whitespace before them.
    mutating func word(in value: Span<UInt8>) -> Range<Int> {
      while position < value.count, value[position].isWhitespace { position &+= 1 }
      let start = position
      while position < value.count {
        let byte = value[position]
        if byte.isWhitespace || byte == .comma || (byte == UInt8(ascii: "(") && !ignoresComments) {
          break
        }
        position &+= 1
      }
      return start..<position
    }

    /// Goes on to the comma that ends the member, over commas in comments.
    mutating func skipMember(in value: Span<UInt8>) {
      while position < value.count, value[position] != .comma {
        if value[position] == UInt8(ascii: "("), !ignoresComments {
          skipComment(in: value)
        } else {
          position &+= 1
        }
      }
    }

    /// Goes past a comment, with those inside of it (RFC 9110 §5.6.5).
    private mutating func skipComment(in value: Span<UInt8>) {
      var depth = 0
      var index = position
      while index < value.count {
        switch value[index] {
        case UInt8(ascii: "("): depth &+= 1
        case UInt8(ascii: ")"): depth &-= 1
        case .backslash: index &+= 1
        case _: break
        }
        index &+= 1
        if depth == 0 {
          position = min(index, value.count)
          return
        }
      }
      ignoresComments = true
    }
  }
}
