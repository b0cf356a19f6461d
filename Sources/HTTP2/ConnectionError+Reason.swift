import HPACK

extension ConnectionError {
  /// A label for counters and logs; GOAWAY carries it too.
  public var reason: StaticString {
    switch self {
    case .invalidPreface: "h2_invalid_preface"
    case .firstFrameNotSettings: "h2_first_frame_not_settings"
    case .handshakeTimeout: "h2_handshake_timeout"
    case .settingsTimeout: "h2_settings_timeout"
    case .frameTimeout: "h2_frame_timeout"
    case .frameTooLarge: "h2_frame_too_large"
    case .frameSize: "h2_frame_size"
    case .wrongStream: "h2_wrong_stream"
    case .excessivePadding: "h2_excessive_padding"
    case .interruptedFieldBlock: "h2_interrupted_field_block"
    case .unexpectedContinuation: "h2_unexpected_continuation"
    case .unexpectedPushPromise: "h2_unexpected_push_promise"
    case .invalidPriorityUpdate: "h2_invalid_priority_update"
    case .selfDependency: "h2_self_dependency"
    case .invalidStreamID: "h2_invalid_stream_id"
    case .idleStream: "h2_idle_stream"
    case .closedStream: "h2_closed_stream"
    case .invalidSetting: "h2_invalid_setting"
    case .invalidInitialWindow: "h2_invalid_initial_window"
    case .unexpectedSettingsAcknowledgement: "h2_unexpected_settings_ack"
    case .risingGoAway: "h2_rising_goaway"
    case .zeroWindowUpdate: "h2_zero_window_update"
    case .windowOverflow: "h2_window_overflow"
    case .windowExceeded: "h2_window_exceeded"
    case .fieldBlock(let error): error.reason
    case .tooManyResets, .tooManyGlitches, .tooManyPings, .tooManySettings, .tooManyEmptyFrames,
      .tooManyPriorityFrames, .tooManyWindowUpdates, .tooManyContinuations, .fieldBlockTooLarge,
      .headsTooLarge, .tooManyUnsentFrames:
      limitReason
    }
  }

  private var limitReason: StaticString {
    switch self {
    case .tooManyResets: "h2_reset_flood"
    case .tooManyPings: "h2_ping_flood"
    case .tooManySettings: "h2_settings_flood"
    case .tooManyEmptyFrames: "h2_empty_frame_flood"
    case .tooManyPriorityFrames: "h2_priority_flood"
    case .tooManyWindowUpdates: "h2_window_update_flood"
    case .tooManyContinuations: "h2_continuation_flood"
    case .fieldBlockTooLarge: "h2_field_block_too_large"
    case .headsTooLarge: "h2_heads_too_large"
    case .tooManyUnsentFrames: "h2_unsent_frames"
    default: "h2_glitches"
    }
  }
}
