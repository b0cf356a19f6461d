import HPACK
public import HTTPSemantics

extension ConnectionError {
  /// A label for counters and logs; GOAWAY carries it too.
  public var reason: Reason {
    switch self {
    case .invalidPreface: .h2InvalidPreface
    case .firstFrameNotSettings: .h2FirstFrameNotSettings
    case .handshakeTimeout: .h2HandshakeTimeout
    case .settingsTimeout: .h2SettingsTimeout
    case .frameTimeout: .h2FrameTimeout
    case .frameTooLarge: .h2FrameTooLarge
    case .frameSize: .h2FrameSize
    case .wrongStream: .h2WrongStream
    case .excessivePadding: .h2ExcessivePadding
    case .interruptedFieldBlock: .h2InterruptedFieldBlock
    case .unexpectedContinuation: .h2UnexpectedContinuation
    case .unexpectedPushPromise: .h2UnexpectedPushPromise
    case .invalidPriorityUpdate: .h2InvalidPriorityUpdate
    case .selfDependency: .h2SelfDependency
    case .invalidStreamID: .h2InvalidStreamID
    case .idleStream: .h2IdleStream
    case .closedStream: .h2ClosedStream
    case .invalidSetting: .h2InvalidSetting
    case .invalidInitialWindow: .h2InvalidInitialWindow
    case .unexpectedSettingsAcknowledgement: .h2UnexpectedSettingsAck
    case .risingGoAway: .h2RisingGoAway
    case .zeroWindowUpdate: .h2ZeroWindowUpdate
    case .windowOverflow: .h2WindowOverflow
    case .windowExceeded: .h2WindowExceeded
    case .fieldBlock(let error): error.reason
    case .tooManyResets, .tooManyGlitches, .tooManyPings, .tooManySettings, .tooManyEmptyFrames,
      .tooManyPriorityFrames, .tooManyWindowUpdates, .tooManyContinuations, .fieldBlockTooLarge,
      .headsTooLarge, .tooManyUnsentFrames:
      limitReason
    }
  }

  private var limitReason: Reason {
    switch self {
    case .tooManyResets: .h2ResetFlood
    case .tooManyPings: .h2PingFlood
    case .tooManySettings: .h2SettingsFlood
    case .tooManyEmptyFrames: .h2EmptyFrameFlood
    case .tooManyPriorityFrames: .h2PriorityFlood
    case .tooManyWindowUpdates: .h2WindowUpdateFlood
    case .tooManyContinuations: .h2ContinuationFlood
    case .fieldBlockTooLarge: .h2FieldBlockTooLarge
    case .headsTooLarge: .h2HeadsTooLarge
    case .tooManyUnsentFrames: .h2UnsentFrames
    default: .h2Glitches
    }
  }
}
