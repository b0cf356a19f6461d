import Bytes
import HTTPSemantics

/// Finds the boundaries of chunks and reads the trailer section (RFC 9112 §7.1).
///
/// Chunk data is never copied. No leniency anywhere: a line of this coding that two recipients end
/// in different places is how requests are smuggled.
struct ChunkedDecoder: ~Copyable, Sendable {
  /// Where the next octet falls in the grammar. Sizes are in octets.
  private enum State {
    case size(UInt64, digits: UInt8)
    case chunkExtension(ChunkExtension, size: UInt64)
    case sizeLF(UInt64)
    case data(remaining: UInt64)
    case dataCR, dataLF
    case trailerStart, finalLF
    case trailers
    case finished
  }

  /// Octets of extensions, whitespace included, on one line and in one message.
  private static let maxLineExtension = 256
  private static let maxMessageExtension = 16384
  /// Octets of framing that a message may have however little content there is, and the multiple of
  /// its content that it may have from there on.
  private static let freeOverhead: UInt64 = 65536
  private static let maxOverheadRatio: UInt64 = 16

  private var state = State.size(0, digits: 0)
  private var lineExtension = 0
  private var messageExtension = 0
  /// Octets that were no content, and octets that were.
  private var overhead: UInt64 = 0
  private var content: UInt64 = 0
  private var trailerParser: TrailerParser?

  /// The trailer section, when there was one and it has been read.
  var trailers: TrailerSection? {
    if case .finished = state { trailerParser?.section } else { nil }
  }

  /// Reads on from `position`, which is moved past the octets used.
  mutating func next(
    in input: Span<UInt8>, at position: inout Int
  ) throws(BodyError) -> BodyDecoder.Event {
    while position < input.count {
      switch state {
      case .data(let remaining): return takeData(remaining, of: input, at: &position)
      case .trailers:
        guard try parseTrailers(input, at: &position) else { return .needMoreBytes }
        state = .finished
      case .finished: return .end
      default:
        let byte = input[position]
        state = try state(after: byte)
        if case .trailers = state { continue }
        position &+= 1
        overhead &+= 1
      }
    }
    if case .finished = state { return .end }
    return .needMoreBytes
  }

  private mutating func takeData(
    _ remaining: UInt64, of input: Span<UInt8>, at position: inout Int
  ) -> BodyDecoder.Event {
    let taken = min(UInt64(input.count &- position), remaining)
    let range = position..<(position &+ Int(taken))
    position = range.upperBound
    content &+= taken
    state = taken == remaining ? .dataCR : .data(remaining: remaining &- taken)
    return .data(range)
  }

  /// The state that one octet of framing leads to.
  private mutating func state(after byte: UInt8) throws(BodyError) -> State {
    switch state {
    case .size(let size, let digits): return try stateInSize(size, digits: digits, after: byte)
    case .chunkExtension(let part, let size):
      if byte == .carriageReturn, part.canEnd { return .sizeLF(size) }
      return try extensionState(part, size: size, after: byte)
    case .sizeLF(let size):
      guard byte == .lineFeed else { throw .expectedCRLF(byte) }
      return try beginChunk(size)
    case .dataCR:
      guard byte == .carriageReturn else { throw .expectedCRLF(byte) }
      return .dataLF
    case .dataLF:
      guard byte == .lineFeed else { throw .expectedCRLF(byte) }
      return .size(0, digits: 0)
    case .trailerStart: return byte == .carriageReturn ? .finalLF : .trailers
    case .finalLF:
      guard byte == .lineFeed else { throw .expectedCRLF(byte) }
      return .finished
    case .data, .trailers, .finished: return state
    }
  }

  private mutating func stateInSize(
    _ size: UInt64, digits: UInt8, after byte: UInt8
  ) throws(BodyError) -> State {
    if let digit = byte.hexDigitValue {
      guard digits < 16, size &>> 59 == 0 else { throw .chunkSizeTooLarge }
      return .size(size &<< 4 | UInt64(digit), digits: digits &+ 1)
    }
    guard digits > 0 else { throw .invalidChunkSize(byte) }
    switch byte {
    case .carriageReturn: return .sizeLF(size)
    case .semicolon, .space, .tab:
      lineExtension = 0
      return try extensionState(.beforeSemicolon, size: size, after: byte)
    default: throw .invalidChunkSize(byte)
    }
  }

  private mutating func extensionState(
    _ part: ChunkExtension, size: UInt64, after byte: UInt8
  ) throws(BodyError) -> State {
    lineExtension &+= 1
    messageExtension &+= 1
    guard lineExtension <= Self.maxLineExtension,
      messageExtension <= Self.maxMessageExtension
    else { throw .chunkExtensionTooLong }
    return .chunkExtension(try part.after(byte), size: size)
  }

  private func beginChunk(_ size: UInt64) throws(BodyError) -> State {
    if size == 0 { return .trailerStart }
    if overhead > Self.freeOverhead, overhead / Self.maxOverheadRatio > content {
      throw .excessiveChunkOverhead
    }
    return .data(remaining: size)
  }

  private mutating func parseTrailers(
    _ input: Span<UInt8>, at position: inout Int
  ) throws(BodyError) -> Bool {
    // Taken out, so that what it owns is changed in place.
    var parser = trailerParser.take() ?? TrailerParser()
    defer { trailerParser = parser }
    do throws(FieldError) {
      return try parser.parse(input, at: &position)
    } catch {
      throw .trailer(error)
    }
  }
}
