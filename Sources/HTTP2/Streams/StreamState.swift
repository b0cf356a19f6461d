/// The life of one stream (RFC 9113 §5.1). Nothing is pushed or reserved here.
///
/// ```
///              HEADERS, either way
///                 idle ─────► open
///           received END │         │ sent END
///                        ▼         ▼
///         halfClosedRemote         halfClosedLocal
///                 sent END │         │ received END
///                          ▼         ▼      RST_STREAM, from each of these:
///                            ended          resetByPeer, resetByUs
/// ```
///
/// The RFC's *closed* is three states, since what may still arrive depends on how it came to that.
enum StreamState: UInt8, Sendable, CaseIterable {
  case idle
  case open
  case halfClosedLocal
  case halfClosedRemote
  case ended
  case resetByPeer
  /// What the peer sent before it saw our RST_STREAM is ignored.
  case resetByUs

  /// What to do with a frame.
  enum Verdict: Equatable {
    case accept
    case ignore
    /// Connection error PROTOCOL_ERROR.
    case idleStream
    /// Connection error STREAM_CLOSED.
    case closedStream
  }

  /// What to do with a frame that is not HEADERS of an idle stream.
  func received(_ type: FrameType) -> Verdict {
    switch type {
    case .headers, .data:
      switch self {
      case .idle: .idleStream
      case .open, .halfClosedLocal: .accept
      // As a stream error this would be a way to make us send RST_STREAM without end.
      case .halfClosedRemote, .ended, .resetByPeer: .closedStream
      case .resetByUs: .ignore
      }
    case .windowUpdate, .resetStream:
      switch self {
      case .idle: .idleStream
      case .open, .halfClosedLocal, .halfClosedRemote: .accept
      // Both may have been under way when the stream ended.
      case .ended, .resetByPeer, .resetByUs: .ignore
      }
    case .priority, .priorityUpdate, .continuation, .settings, .ping, .goAway, .pushPromise,
      .unknown:
      .accept
    }
  }

  /// Whether HEADERS and DATA may be sent.
  var canSend: Bool {
    switch self {
    case .open, .halfClosedRemote: true
    case .idle, .halfClosedLocal, .ended, .resetByPeer, .resetByUs: false
    }
  }

  /// Whether the peer may still send content.
  var canReceive: Bool {
    switch self {
    case .open, .halfClosedLocal: true
    case .idle, .halfClosedRemote, .ended, .resetByPeer, .resetByUs: false
    }
  }

  var isClosed: Bool {
    switch self {
    case .ended, .resetByPeer, .resetByUs: true
    case .idle, .open, .halfClosedLocal, .halfClosedRemote: false
    }
  }

  mutating func receivedEnd() {
    switch self {
    case .open: self = .halfClosedRemote
    case .halfClosedLocal: self = .ended
    case .idle, .halfClosedRemote, .ended, .resetByPeer, .resetByUs: break
    }
  }

  mutating func sentHeaders() {
    switch self {
    case .idle: self = .open
    case .open, .halfClosedLocal, .halfClosedRemote, .ended, .resetByPeer, .resetByUs: break
    }
  }

  mutating func sentEnd() {
    switch self {
    case .open: self = .halfClosedLocal
    case .halfClosedRemote: self = .ended
    case .idle, .halfClosedLocal, .ended, .resetByPeer, .resetByUs: break
    }
  }

  mutating func receivedReset() { if !isClosed { self = .resetByPeer } }

  mutating func sentReset() { if !isClosed { self = .resetByUs } }
}
