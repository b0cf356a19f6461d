public import HPACK

/// The rule that a peer broke so that the connection cannot go on (RFC 9113 §5.4.1).
public enum ConnectionError: Error, Equatable, Sendable {
  // Connection start, RFC 9113 §3.4.
  case invalidPreface
  case firstFrameNotSettings
  case handshakeTimeout
  case settingsTimeout
  /// A frame or field block was begun, and not ended in time.
  case frameTimeout

  // Frames, §4 and §6.
  case frameTooLarge
  /// A payload that is not as long as frames of its type are.
  case frameSize(FrameType)
  /// A frame about the connection on a stream, or one about a stream on the connection.
  case wrongStream(FrameType)
  case excessivePadding
  /// A frame, other than its CONTINUATION, within a field block.
  case interruptedFieldBlock
  case unexpectedContinuation
  case unexpectedPushPromise
  case invalidPriorityUpdate
  /// A stream that depends on itself (RFC 7540 §5.3.1).
  case selfDependency

  // Streams, §5.1.
  /// A stream number that is not the peer's to open, or not above those before.
  case invalidStreamID(FrameType)
  /// A frame on a stream that nobody has opened.
  case idleStream(FrameType)
  /// A frame after END_STREAM or RST_STREAM.
  case closedStream(FrameType)

  // Settings, §6.5.
  case invalidSetting(UInt16)
  /// SETTINGS_INITIAL_WINDOW_SIZE above 2³¹-1, or one that takes a window past it.
  case invalidInitialWindow
  case unexpectedSettingsAcknowledgement
  case risingGoAway

  // Flow control, §6.9.
  case zeroWindowUpdate
  case windowOverflow
  /// More DATA than the window of its stream or of the connection let through.
  case windowExceeded

  case fieldBlock(HPACKError)

  // Limits of ours.
  case tooManyResets
  case tooManyGlitches
  case tooManyPings
  case tooManySettings
  case tooManyEmptyFrames
  case tooManyPriorityFrames
  case tooManyWindowUpdates
  case tooManyContinuations
  case fieldBlockTooLarge
  case headsTooLarge
  case tooManyUnsentFrames

  /// What GOAWAY says.
  public var code: ErrorCode {
    switch self {
    case .invalidPreface, .firstFrameNotSettings, .handshakeTimeout, .frameTimeout, .wrongStream,
      .excessivePadding, .interruptedFieldBlock, .unexpectedContinuation, .unexpectedPushPromise,
      .invalidPriorityUpdate, .selfDependency, .invalidStreamID, .idleStream, .invalidSetting,
      .unexpectedSettingsAcknowledgement, .risingGoAway, .zeroWindowUpdate:
      .protocolError
    case .settingsTimeout: .settingsTimeout
    case .frameTooLarge, .frameSize: .frameSizeError
    case .closedStream: .streamClosed
    case .invalidInitialWindow, .windowOverflow, .windowExceeded: .flowControlError
    case .fieldBlock: .compressionError
    case .tooManyResets, .tooManyGlitches, .tooManyPings, .tooManySettings, .tooManyEmptyFrames,
      .tooManyPriorityFrames, .tooManyWindowUpdates, .tooManyContinuations, .fieldBlockTooLarge,
      .headsTooLarge, .tooManyUnsentFrames:
      .enhanceYourCalm
    }
  }
}
