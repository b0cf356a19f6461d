/// What the peer has to do by when, as microseconds.
struct Deadlines: Sendable {
  private let frameTime: Int64
  /// The preface and the first SETTINGS.
  private var handshake: Int64?
  /// The acknowledgement of our SETTINGS.
  private var acknowledgement: Int64?
  /// The rest of a frame, or of a field block.
  private var frame: Int64?

  init(_ limits: HTTP2Limits, now: Int64) {
    frameTime = limits.frameTime
    handshake = now &+ limits.handshakeTime
    acknowledgement = now &+ limits.handshakeTime
  }

  var awaitsAcknowledgement: Bool { acknowledgement != nil }

  var next: Int64? {
    var next = handshake
    if let acknowledgement, acknowledgement < next ?? .max { next = acknowledgement }
    if let frame, frame < next ?? .max { next = frame }
    return next
  }

  func check(now: Int64) throws(ConnectionError) {
    if let handshake, handshake <= now { throw .handshakeTimeout }
    if let acknowledgement, acknowledgement <= now { throw .settingsTimeout }
    if let frame, frame <= now { throw .frameTimeout }
  }

  mutating func receivedSettings() { handshake = nil }

  mutating func receivedAcknowledgement() { acknowledgement = nil }

  /// All input has been used but for a part of a frame, or was.
  mutating func waiting(isWithinFrame: Bool, now: Int64) {
    if !isWithinFrame {
      frame = nil
    } else if frame == nil {
      frame = now &+ frameTime
    }
  }

  mutating func receivedFrame() { frame = nil }
}
