import Bytes
public import HTTPSemantics

/// Finds the content of one message in what a connection receives, whatever its framing.
///
/// The content is not copied: it is named as ranges of the span that was passed in. Noncopyable,
/// because two copies would be two opinions about where the message ends.
public struct BodyDecoder: ~Copyable, Sendable {
  /// What the octets read so far amount to.
  public enum Event: Equatable, Sendable {
    /// Content, as a nonempty range of offsets into the span.
    case data(Range<Int>)
    /// Every octet of the span was used. Call again with those that follow.
    case needMoreBytes
    /// The message has ended; what follows `position` is not part of it.
    case end
  }

  private enum State {
    case length(remaining: UInt64)
    case chunked
    case untilClose
    case complete
    case failed(BodyError)
  }

  private var state: State
  private var chunks = ChunkedDecoder()
  private var isChunked: Bool
  private let inPlace = InPlace()

  public init(_ framing: MessageFraming) {
    state = Self.begin(framing)
    isChunked = framing == .chunked
  }

  /// Begins another message.
  public mutating func restart(_ framing: MessageFraming) {
    // Only a chunked message has changed it, and it is large.
    if isChunked { chunks = ChunkedDecoder() }
    state = Self.begin(framing)
    isChunked = framing == .chunked
  }

  private static func begin(_ framing: MessageFraming) -> State {
    switch framing {
    case .none, .length(0): .complete
    case .length(let length): .length(remaining: length)
    case .chunked: .chunked
    case .untilClose: .untilClose
    }
  }

  /// Whether the message has ended, exactly at its framing. Needs no call of `next` to find out.
  public var isComplete: Bool {
    if case .complete = state { true } else { false }
  }

  /// The trailer section, once a chunked message that has one is complete.
  public var trailers: TrailerSection? { isComplete ? chunks.trailers : nil }

  /// Reads on from `position`, which is moved past the octets used.
  ///
  /// - Throws: The rule broken, and the same again at each later call.
  public mutating func next(
    in input: Span<UInt8>, at position: inout Int
  ) throws(BodyError) -> Event {
    switch state {
    case .complete: return .end
    case .length(let remaining):
      guard position < input.count else { return .needMoreBytes }
      let taken = min(UInt64(input.count &- position), remaining)
      let range = position..<(position &+ Int(taken))
      position = range.upperBound
      state = taken == remaining ? .complete : .length(remaining: remaining &- taken)
      return .data(range)
    case .chunked: return try nextChunked(in: input, at: &position)
    case .untilClose:
      guard position < input.count else { return .needMoreBytes }
      let range = position..<input.count
      position = range.upperBound
      return .data(range)
    case .failed(let error): throw error
    }
  }

  private mutating func nextChunked(
    in input: Span<UInt8>, at position: inout Int
  ) throws(BodyError) -> Event {
    do throws(BodyError) {
      let event = try chunks.next(in: input, at: &position)
      if event == .end { state = .complete }
      return event
    } catch {
      state = .failed(error)
      throw error
    }
  }

  /// The connection has ended. That ends a message only when its framing is to last until then.
  ///
  /// - Throws: ``BodyError/truncated`` when the message is not complete.
  public mutating func receivedEndOfStream() throws(BodyError) {
    switch state {
    case .complete: return
    case .untilClose: state = .complete
    case .length, .chunked:
      state = .failed(.truncated)
      throw .truncated
    case .failed(let error): throw error
    }
  }
}
