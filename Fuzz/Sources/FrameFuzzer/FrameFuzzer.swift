import Bytes
import FuzzSupport
import HPACK
import HTTP2
import HTTPSemantics

/// No trap; the same events, answers and failure however the input is cut; never more left over
/// than a frame.
///
/// An input is an octet that says which side the engine is, and what a peer sends to it.
@main
enum FrameFuzzer {
  static func main() {
    _ = unsafe fuzz { start, count in
      check(unsafe FuzzInput(start, count))
      return 0
    }
  }
}

private func check(_ input: FuzzInput) {
  guard let first = input.bytes.first, input.bytes.count > 1 else { return }
  var outcomes: [Outcome] = []
  for arrivals in input.deliveries {
    var engine = Engine(isClient: first & 1 == 1, isUpgraded: first & 2 == 2)
    // Most inputs would fail at the first octet, were they to begin the connection themselves.
    if first & 4 == 0 { engine.begin() }
    engine.receive(input.bytes, arrivals)
    outcomes.append(engine.outcome)
  }
  FuzzInput.require(outcomes.allSatisfy { $0 == outcomes[0] }, "the outcome depends on the cuts")
}

/// All that can be seen of a connection.
private struct Outcome: Equatable {
  var events: [HTTP2Connection.Event] = []
  /// Content by slot, since the pieces in which it comes depend on the cuts.
  var content: [Int: [UInt8]] = [:]
  var texts: [[UInt8]] = []
  var failure: ConnectionError?
  /// What was written, but for WINDOW_UPDATE, whose increments depend on the pieces.
  var frames: [[UInt8]] = []
}

/// A connection whose owner answers everything, and does so at once.
private struct Engine: ~Copyable {
  private(set) var outcome = Outcome()
  private var connection: HTTP2Connection
  private let isClient: Bool

  init(isClient: Bool, isUpgraded: Bool) {
    self.isClient = isClient
    var limits = HTTP2Limits()
    limits.resets.burst = 4
    limits.lower()
    var settings = isClient ? HTTP2Settings.client : .server
    settings.maxConcurrentStreams = 4
    settings.enablesConnectProtocol = !isClient
    let terms = HTTP2Terms(
      settings: settings, window: isClient ? .client : .server, limits: limits)
    connection = HTTP2Connection(role: isClient ? .client : .server, terms: terms, now: 0)
    let payload: [UInt8] = [0, 4, 0, 0, 0, 9]
    if isUpgraded, !isClient,
      let upgraded = try? HTTP2Connection(upgradedWith: payload.span, terms: terms, now: 0)
    {
      connection = upgraded
    }
    if isClient { for method in ["GET", "HEAD", "POST"] { request(method) } }
    connection.output.removeAll()
  }

  /// Delivers the beginning of a connection.
  mutating func begin() {
    let preface = isClient ? [] : Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)
    let start = preface + [0, 0, 0, 4, 0, 0, 0, 0, 0]
    receive([0] + start, [start.count + 1])
  }

  /// Delivers all but the first octet of `bytes`, which is none of the connection's.
  mutating func receive(_ bytes: [UInt8], _ arrivals: [Int]) {
    var start = 1
    for end in arrivals where end > start && outcome.failure == nil {
      let piece = bytes.span.extracting(start..<end)
      var position = 0
      do throws(ConnectionError) {
        while true {
          let event = try connection.receive(piece, at: &position, now: 0)
          if event == .needMoreOctets { break }
          note(event, piece)
        }
      } catch {
        outcome.failure = error
        connection.close(error)
      }
      start += position
      FuzzInput.require(end - start < 9 + 16_384 || outcome.failure != nil, "a frame is left")
    }
    takeOutput()
  }

  private mutating func note(_ event: HTTP2Connection.Event, _ piece: Span<UInt8>) {
    if case .data(let slot, let range) = event {
      for index in range { outcome.content[slot.index, default: []].append(piece[index]) }
      return
    }
    outcome.events.append(event)
    switch event {
    case .request, .response: outcome.texts.append(connection.headOctets.array)
    case .trailers: outcome.texts.append(connection.trailers.octets)
    case .end(let slot):
      if !isClient { respond(slot) }
      connection.release(slot)
    case .reset(let slot, _), .failed(let slot, _): connection.release(slot)
    default: break
    }
  }

  private mutating func respond(_ slot: StreamSlot) {
    guard connection.beginHead(slot) else { return }
    connection.encode(status: 200)
    connection.endHead(slot, endsStream: false)
    let content: [UInt8] = [1, 2, 3]
    _ = connection.writeData(slot, content.span, endsStream: true)
  }

  private mutating func request(_ method: String) {
    guard let slot = connection.openStream(), connection.beginHead(slot) else { return }
    let (method, path) = (Array(method.utf8), Array("/".utf8))
    connection.encode(pseudo: .methodPseudo, method.span)
    connection.encode(pseudo: .pathPseudo, path.span)
    connection.endHead(slot, endsStream: true)
  }

  private mutating func takeOutput() {
    let output = connection.output.array
    connection.output.removeAll()
    var start = 0
    while start < output.count {
      let length = output[start..<start + 3].reduce(0) { $0 << 8 | Int($1) }
      FuzzInput.require(start + 9 + length <= output.count, "a frame that is not whole was written")
      if output[start + 3] != 8 { outcome.frames.append(Array(output[start..<start + 9 + length])) }
      start += 9 + length
    }
  }
}

extension HTTP2Limits {
  /// Low enough for short inputs to come to them.
  fileprivate mutating func lower() {
    glitches.burst = 20
    pings.burst = 4
    settings.burst = 4
    maxEmptyFrames = 3
    maxContinuations = 3
    maxUnsentControlFrames = 20
    priorityFramesPerStream = 4
    head.maxFields = 12
  }
}
