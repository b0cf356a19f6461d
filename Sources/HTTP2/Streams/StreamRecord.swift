import HTTPSemantics

/// What a connection knows of one stream.
struct StreamRecord: Sendable {
  /// How far the peer's message has come.
  enum Progress: Sendable {
    case head
    /// Content, or trailers.
    case content
  }

  /// 0 for one of ours that has sent nothing yet.
  var id: StreamID
  var state: StreamState
  var sendWindow: SendWindow
  var receiveWindow: ReceiveWindow
  /// Octets that `content-length` still promises; nil when it was not there.
  var contentRemaining: UInt64?
  /// Octets that the owner has been given and has not consumed.
  var unconsumed = 0
  var progress = Progress.head
  /// Client: the method of the request.
  var requestMethod = Method.other
  var priority = StreamPriority()
  /// Client: interim responses so far.
  var interimResponses = 0
  /// Whether it takes a place of those that may be open at a time.
  var isActive = true
  /// Whether the slot has not been given back yet.
  var isInUse = true

  init(
    id: StreamID, state: StreamState, sendWindow: SendWindow, receiveWindow: ReceiveWindow
  ) {
    self.id = id
    self.state = state
    self.sendWindow = sendWindow
    self.receiveWindow = receiveWindow
  }
}
