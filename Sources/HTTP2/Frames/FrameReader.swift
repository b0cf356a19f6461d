import Bytes

/// Cuts what was received into frames (RFC 9113 §4), and checks what each must be by itself: its
/// length, whether it belongs to a stream, and whether a field block is left in one piece.
///
/// DATA frames are handed on in parts as they come. All others are left in the caller's buffer
/// until they are whole.
struct FrameReader: Sendable {
  /// What a client sends before its first frame (RFC 9113 §3.4).
  static let preface: StaticString = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"

  enum Step: Equatable {
    case needMoreOctets
    /// A whole frame, and where its payload is in the input.
    case frame(FrameHead, payload: Range<Int>)
    /// The beginning of a DATA frame that has so many octets of content.
    case data(FrameHead, content: Int)
    /// A part of that content; the last one may be empty.
    case content(Range<Int>, isLast: Bool)
  }

  private enum Phase {
    case preface(matched: Int)
    case frames
    case content(remaining: Int, padding: Int)
    case skipping(Int)
  }

  private var phase: Phase
  private let maxFrameOctets: Int
  private let maxSettingsEntries: Int
  /// The stream whose field block has begun and not ended; 0 for none.
  private(set) var blockStream = StreamID.connection

  init(expectsPreface: Bool, maxFrameOctets: Int, maxSettingsEntries: Int) {
    phase = expectsPreface ? .preface(matched: 0) : .frames
    self.maxFrameOctets = maxFrameOctets
    self.maxSettingsEntries = maxSettingsEntries
  }

  /// Whether the peer owes the rest of something other than DATA.
  func isWithinFrame(_ input: Span<UInt8>, at position: Int) -> Bool {
    position < input.count || blockStream != .connection
  }

  /// Whether a HEADERS frame comes next, as far as that can be seen.
  func isBeforeHeaders(_ input: Span<UInt8>, at position: Int) -> Bool {
    guard case .frames = phase, input.count &- position >= FrameHead.octets else { return false }
    return FrameHead(input, at: position).type == .headers
  }

  mutating func next(
    _ input: Span<UInt8>, at position: inout Int
  ) throws(ConnectionError) -> Step {
    while true {
      switch phase {
      case .preface(let matched):
        guard try passPreface(input, at: &position, from: matched) else { return .needMoreOctets }
      case .content(let remaining, let padding):
        return content(input, at: &position, remaining: remaining, padding: padding)
      case .skipping(let remaining):
        let skipped = min(remaining, input.count &- position)
        position &+= skipped
        phase = skipped == remaining ? .frames : .skipping(remaining &- skipped)
        if skipped < remaining { return .needMoreOctets }
      case .frames:
        return try frame(input, at: &position)
      }
    }
  }

  private mutating func passPreface(
    _ input: Span<UInt8>, at position: inout Int, from matched: Int
  ) throws(ConnectionError) -> Bool {
    let length = Self.preface.utf8CodeUnitCount
    var matched = matched
    while matched < length, position < input.count {
      guard input[position] == Self.preface.octet(at: matched) else { throw .invalidPreface }
      matched &+= 1
      position &+= 1
    }
    phase = matched == length ? .frames : .preface(matched: matched)
    return matched == length
  }

  private mutating func content(
    _ input: Span<UInt8>, at position: inout Int, remaining: Int, padding: Int
  ) -> Step {
    let start = position
    let length = min(remaining, input.count &- start)
    if length == 0, remaining > 0 { return .needMoreOctets }
    position &+= length
    let isLast = length == remaining
    if isLast {
      phase = padding > 0 ? .skipping(padding) : .frames
    } else {
      phase = .content(remaining: remaining &- length, padding: padding)
    }
    return .content(start..<position, isLast: isLast)
  }

  private mutating func frame(
    _ input: Span<UInt8>, at position: inout Int
  ) throws(ConnectionError) -> Step {
    guard input.count &- position >= FrameHead.octets else { return .needMoreOctets }
    let head = FrameHead(input, at: position)
    try check(head)
    let start = position &+ FrameHead.octets
    switch head.type {
    case .data: return try data(head, input, from: start, &position)
    case .unknown:
      position = start
      phase = .skipping(head.length)
      return .frame(head, payload: start..<start)
    default:
      guard input.count &- start >= head.length else { return .needMoreOctets }
      position = start &+ head.length
      noteBlock(head)
      return .frame(head, payload: start..<position)
    }
  }

  private mutating func data(
    _ head: FrameHead, _ input: Span<UInt8>, from start: Int, _ position: inout Int
  ) throws(ConnectionError) -> Step {
    var content = head.length
    var padding = 0
    position = start
    if head.flags.contains(.padded) {
      guard head.length > 0 else { throw .frameSize(.data) }
      guard start < input.count else {
        // The length of the padding is still to come, and the head has to be read again with it.
        position &-= FrameHead.octets
        return .needMoreOctets
      }
      padding = Int(input[start])
      content = head.length &- 1 &- padding
      guard content >= 0 else { throw .excessivePadding }
      position &+= 1
    }
    phase = .content(remaining: content, padding: padding)
    return .data(head, content: content)
  }

  /// Remembers whether a field block goes on behind this frame (RFC 9113 §6.10).
  private mutating func noteBlock(_ head: FrameHead) {
    switch head.type {
    case .headers, .continuation:
      blockStream = head.flags.contains(.endHeaders) ? .connection : head.streamID
    default: break
    }
  }

  private func check(_ head: FrameHead) throws(ConnectionError) {
    guard head.length <= maxFrameOctets else { throw .frameTooLarge }
    if head.type == .continuation {
      guard blockStream != .connection else { throw .unexpectedContinuation }
      guard head.streamID == blockStream else { throw .interruptedFieldBlock }
      return
    }
    guard blockStream == .connection else { throw .interruptedFieldBlock }
    switch head.type.stream {
    case .connection where head.streamID != .connection: throw .wrongStream(head.type)
    case .stream where head.streamID == .connection: throw .wrongStream(head.type)
    case .connection, .stream, .either: break
    }
    switch head.type {
    case .settings: try checkSettings(head)
    default:
      if let length = head.type.fixedLength, head.length != length { throw .frameSize(head.type) }
      if head.length < head.type.minimumLength { throw .frameSize(head.type) }
    }
  }

  private func checkSettings(_ head: FrameHead) throws(ConnectionError) {
    guard head.length % SettingsPayload.entryOctets == 0,
      head.length == 0 || !head.flags.contains(.ack)
    else { throw .frameSize(.settings) }
    guard head.length <= maxSettingsEntries &* SettingsPayload.entryOctets else {
      throw .tooManySettings
    }
  }
}
