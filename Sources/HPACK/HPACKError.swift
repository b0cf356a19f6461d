public import HTTPSemantics

/// Why a field block cannot be decoded (RFC 7541).
///
/// From then on the two dynamic tables differ, so it is a connection error of type
/// COMPRESSION_ERROR (RFC 9113 §4.3), and the decoder must not be used again.
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
  public var reason: Reason {
    switch self {
    case .indexZero: .hpackIndexZero
    case .indexPastTable: .hpackIndexPastTable
    case .integerTooLarge: .hpackIntegerTooLarge
    case .truncated: .hpackTruncated
    case .endOfStringSymbol: .hpackEOS
    case .invalidPadding: .hpackPadding
    case .sizeUpdateAboveLimit: .hpackSizeUpdateAboveLimit
    case .sizeUpdateNotAtStart: .hpackSizeUpdateNotAtStart
    case .tooManySizeUpdates: .hpackTooManySizeUpdates
    case .sizeUpdateMissing: .hpackSizeUpdateMissing
    }
  }
}
