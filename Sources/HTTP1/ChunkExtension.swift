import Bytes

/// Where the next octet falls in the chunk extensions of a line (RFC 9112 §7.1.1):
/// `*( BWS ";" BWS name [ BWS "=" BWS ( token / quoted-string ) ] )`.
///
/// Extensions are checked and then ignored; they are never forwarded.
enum ChunkExtension {
  /// After whitespace that followed the chunk-size or a whole extension.
  case beforeSemicolon
  /// After a semicolon.
  case beforeName
  case name
  /// After whitespace that followed a name.
  case afterName
  /// After an equals sign.
  case beforeValue
  case token
  case quotedString
  /// After a backslash in a quoted-string.
  case quotedPair
  /// After the closing quote.
  case afterQuotedString

  /// Whether the line may end here.
  var canEnd: Bool {
    switch self {
    case .name, .token, .afterQuotedString: true
    case .beforeSemicolon, .beforeName, .afterName, .beforeValue, .quotedString, .quotedPair:
      false
    }
  }

  /// The state that `byte`, which is not the CR of the line's end, leads to.
  func after(_ byte: UInt8) throws(BodyError) -> ChunkExtension {
    let isToken = ByteSet.token.contains(byte)
    switch self {
    case .beforeSemicolon, .afterQuotedString:
      if byte == .semicolon { return .beforeName }
      if byte.isWhitespace { return .beforeSemicolon }
    case .beforeName:
      if isToken { return .name }
      if byte.isWhitespace { return .beforeName }
    case .name, .afterName:
      if byte == .semicolon { return .beforeName }
      if byte == .equals { return .beforeValue }
      if byte.isWhitespace { return .afterName }
      if isToken, case .name = self { return .name }
    case .beforeValue:
      if isToken { return .token }
      if byte == .doubleQuote { return .quotedString }
      if byte.isWhitespace { return .beforeValue }
    case .token:
      if isToken { return .token }
      if byte == .semicolon { return .beforeName }
      if byte.isWhitespace { return .beforeSemicolon }
    case .quotedString:
      if ByteSet.quotedText.contains(byte) { return .quotedString }
      if byte == .doubleQuote { return .afterQuotedString }
      if byte == .backslash { return .quotedPair }
    case .quotedPair:
      if ByteSet.fieldValue.contains(byte) { return .quotedString }
    }
    throw .invalidChunkExtension(byte)
  }
}
