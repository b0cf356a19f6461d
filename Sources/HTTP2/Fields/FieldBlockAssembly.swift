import Bytes

/// A field block that comes in several frames (RFC 9113 §4.3), and whose it is.
struct FieldBlockAssembly: ~Copyable {
  /// What is to become of a block. It is decoded whatever that is, for the table's sake.
  enum Purpose: Equatable {
    case request(StreamID)
    case response(StreamSlot)
    case trailers(StreamSlot)
    /// Nobody is told of it.
    case nothing
    /// The stream is refused.
    case refused(StreamID)
  }

  private(set) var purpose = Purpose.nothing
  private(set) var endsStream = false
  /// What has come so far. Takes memory only where CONTINUATION is used.
  private(set) var octets = OutputBuffer(capacity: 0)
  private var continuations = 0

  init() {}

  mutating func begin(_ purpose: Purpose, endsStream: Bool) {
    self.purpose = purpose
    self.endsStream = endsStream
    continuations = 0
    octets.removeAll()
  }

  /// The stream is given up. The rest of its block may come when its slot is another stream's.
  mutating func forget(_ slot: StreamSlot) {
    switch purpose {
    case .response(slot), .trailers(slot): purpose = .nothing
    case .response, .trailers, .request, .refused, .nothing: break
    }
  }

  mutating func append(
    _ fragment: Span<UInt8>, limits: HTTP2Limits
  ) throws(ConnectionError) {
    guard fragment.count <= limits.maxBlock &- octets.count else { throw .fieldBlockTooLarge }
    octets.append(fragment)
  }

  mutating func continued(limits: HTTP2Limits) throws(ConnectionError) {
    continuations &+= 1
    guard continuations <= limits.maxContinuations else { throw .tooManyContinuations }
  }

  /// What has come; its memory goes with it.
  mutating func takeOctets() -> OutputBuffer {
    var taken = OutputBuffer(capacity: 0)
    swap(&taken, &octets)
    return taken
  }
}
