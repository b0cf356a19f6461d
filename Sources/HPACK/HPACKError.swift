/// Why a field block cannot be decoded (RFC 7541).
///
/// From then on the two dynamic tables differ, so it is a connection error of type COMPRESSION_ERROR
/// (RFC 9113 §4.3), and the decoder must not be used again.
public enum HPACKError: Error, Equatable, Sendable {
  /// The index 0, which stands for nothing (§6.1).
  case indexZero
  /// An index past the end of both tables (§2.3.3).
  case indexPastTable
  /// An integer of more than five octets after the first one, or of 2³² and more (§5.1).
  case integerTooLarge
  /// The block ends within a representation.
  case truncated
  /// A Huffman-encoded string that contains EOS (§5.2).
  case endOfStringSymbol
  /// A Huffman-encoded string that ends in more than seven bits of padding, or in bits that are not
  /// the first ones of EOS (§5.2).
  case invalidPadding
  /// A dynamic table size update above what our SETTINGS_HEADER_TABLE_SIZE allows (§6.3).
  case sizeUpdateAboveLimit
  /// A dynamic table size update after a field line (§4.2).
  case sizeUpdateNotAtStart
  /// More than two dynamic table size updates in a block (§4.2).
  case tooManySizeUpdates
  /// None, although our SETTINGS_HEADER_TABLE_SIZE fell below the size in use (§4.2).
  case sizeUpdateMissing

  /// A label for counters and logs.
  public var reason: StaticString {
    switch self {
    case .indexZero: "hpack_index_zero"
    case .indexPastTable: "hpack_index_past_table"
    case .integerTooLarge: "hpack_integer_too_large"
    case .truncated: "hpack_truncated"
    case .endOfStringSymbol: "hpack_eos"
    case .invalidPadding: "hpack_padding"
    case .sizeUpdateAboveLimit: "hpack_size_update_above_limit"
    case .sizeUpdateNotAtStart: "hpack_size_update_not_at_start"
    case .tooManySizeUpdates: "hpack_too_many_size_updates"
    case .sizeUpdateMissing: "hpack_size_update_missing"
    }
  }
}
