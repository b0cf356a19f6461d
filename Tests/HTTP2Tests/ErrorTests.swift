import HPACK
import HTTP2
import HTTPSemantics
import Testing

@Suite("Errors say a code and a label")
struct ErrorTests {
  typealias Connection = (error: ConnectionError, code: ErrorCode)

  static let connection: [Connection] = [
    (.invalidPreface, .protocolError), (.firstFrameNotSettings, .protocolError),
    (.handshakeTimeout, .protocolError), (.settingsTimeout, .settingsTimeout),
    (.frameTimeout, .protocolError), (.frameTooLarge, .frameSizeError),
    (.frameSize(.ping), .frameSizeError), (.wrongStream(.ping), .protocolError),
    (.excessivePadding, .protocolError), (.interruptedFieldBlock, .protocolError),
    (.unexpectedContinuation, .protocolError), (.unexpectedPushPromise, .protocolError),
    (.invalidPriorityUpdate, .protocolError), (.selfDependency, .protocolError),
    (.invalidStreamID(.headers), .protocolError), (.idleStream(.data), .protocolError),
    (.closedStream(.data), .streamClosed), (.invalidSetting(2), .protocolError),
    (.invalidInitialWindow, .flowControlError),
    (.unexpectedSettingsAcknowledgement, .protocolError), (.risingGoAway, .protocolError),
    (.zeroWindowUpdate, .protocolError), (.windowOverflow, .flowControlError),
    (.windowExceeded, .flowControlError), (.fieldBlock(.truncated), .compressionError),
    (.tooManyResets, .enhanceYourCalm), (.tooManyGlitches, .enhanceYourCalm),
    (.tooManyPings, .enhanceYourCalm), (.tooManySettings, .enhanceYourCalm),
    (.tooManyEmptyFrames, .enhanceYourCalm), (.tooManyPriorityFrames, .enhanceYourCalm),
    (.tooManyWindowUpdates, .enhanceYourCalm), (.tooManyContinuations, .enhanceYourCalm),
    (.fieldBlockTooLarge, .enhanceYourCalm), (.headsTooLarge, .enhanceYourCalm),
    (.tooManyUnsentFrames, .enhanceYourCalm),
  ]

  @Test("errors of a connection have the code of the RFC", arguments: connection)
  func code(_ row: Connection) {
    #expect(row.error.code == row.code)
  }

  typealias Stream = (error: StreamError, code: ErrorCode)

  static let stream: [Stream] = [
    (.emptyName, .protocolError), (.invalidName(0), .protocolError),
    (.invalidValue, .protocolError), (.connectionField, .protocolError),
    (.invalidTE, .protocolError), (.unknownPseudoField, .protocolError),
    (.duplicatePseudoField, .protocolError), (.missingPseudoField, .protocolError),
    (.latePseudoField, .protocolError), (.misplacedPseudoField, .protocolError),
    (.invalidMethod, .protocolError), (.invalidPath, .protocolError),
    (.invalidConnect, .protocolError), (.invalidStatus, .protocolError),
    (.invalidContentLength, .protocolError), (.duplicateContentLength, .protocolError),
    (.contentLengthMismatch, .protocolError), (.interimEndsStream, .protocolError),
    (.tooManyInterimResponses, .enhanceYourCalm), (.trailersWithoutEnd, .protocolError),
    (.contentBeforeHead, .protocolError), (.trailersTooLarge, .enhanceYourCalm),
    (.headTooLarge, .enhanceYourCalm), (.refused, .refusedStream),
    (.windowOverflow, .flowControlError),
  ]

  @Test("errors of a stream have the code of the RFC", arguments: stream)
  func code(_ row: Stream) {
    #expect(row.error.code == row.code)
  }

  @Test("every error has a label of its own")
  func labels() {
    let labels =
      Self.connection.map { $0.error.reason.description }
      + Self.stream.map { $0.error.reason.description }
    #expect(Set(labels).count == labels.count)
    #expect(labels.allSatisfy { !$0.isEmpty && !$0.contains(" ") })
  }
}
