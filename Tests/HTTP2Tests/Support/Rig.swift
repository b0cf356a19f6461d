import Bytes
import HTTP2
import HTTPSemantics

/// An engine, and what it said so far.
final class Rig {
  var connection: HTTP2Connection
  /// What has been received and not been used.
  private var input: [UInt8] = []
  /// Events in words. Content that came in parts is put together.
  private(set) var events: [String] = []
  private(set) var failure: ConnectionError?
  /// The slots of streams, by number.
  private(set) var slots: [UInt32: StreamSlot] = [:]
  var now: Int64 = 0
  /// Whether content is consumed as soon as it comes.
  var consumesAtOnce = true
  private var content: (stream: UInt32, text: String)?

  init(
    _ role: HTTP2Connection.Role = .server, settings: HTTP2Settings? = nil,
    window: ConnectionWindow? = nil, limits: HTTP2Limits = HTTP2Limits()
  ) {
    let isServer = role == .server
    connection = HTTP2Connection(
      role: role, settings: settings ?? (isServer ? .server : .client),
      window: window ?? (isServer ? .server : .client), limits: limits, now: 0)
  }

  /// A server's side of a connection that was HTTP/1.1. The payload must be valid.
  init(upgradedWith payload: [UInt8]) {
    let limits = HTTP2Limits()
    do {
      let terms = HTTP2Terms(settings: .server, window: .server, limits: limits)
      connection = try HTTP2Connection(upgradedWith: payload.span, terms: terms, now: 0)
    } catch {
      failure = error
      connection = HTTP2Connection(
        role: .server, settings: .server, window: .server, limits: limits, now: 0)
    }
  }

  /// A server whose client has begun the connection, or a client whose server has.
  static func started(
    _ role: HTTP2Connection.Role = .server, settings: HTTP2Settings? = nil,
    window: ConnectionWindow? = nil, limits: HTTP2Limits = HTTP2Limits(),
    peerSettings: [(UInt16, UInt32)] = []
  ) -> Rig {
    let rig = Rig(role, settings: settings, window: window, limits: limits)
    let start = Wire.settings(peerSettings) + Wire.settingsAck
    rig.receive(role == .server ? Wire.preface + start : start)
    rig.forget()
    return rig
  }

  /// Delivers `octets`, at once or in pieces.
  func receive(_ octets: [UInt8], inPiecesOf size: Int = .max) {
    let size = min(size, max(octets.count, 1))
    receive(cut: octets, at: Array(stride(from: size, to: octets.count, by: size)))
  }

  /// Delivers `octets` in pieces that end at the offsets of `cuts`.
  func receive(cut octets: [UInt8], at cuts: [Int]) {
    var start = 0
    for end in cuts + [octets.count] where failure == nil {
      input += octets[start..<end]
      drain()
      start = end
    }
    endContent()
  }

  private func drain() {
    var position = 0
    let octets = input
    do throws(ConnectionError) {
      while true {
        let event = try connection.receive(octets.span, at: &position, now: now)
        if event == .needMoreOctets { break }
        note(event, octets)
      }
    } catch {
      endContent()
      failure = error
      events.append("error \(error)")
      connection.close(error)
    }
    input = Array(octets[position...])
  }

  /// Octets that wait for more.
  var waiting: Int { input.count }

  private func note(_ event: HTTP2Connection.Event, _ octets: [UInt8]) {
    if case .data(let slot, let range) = event {
      let text = String(decoding: octets[range], as: UTF8.self)
      content = (number(slot), (content?.text ?? "") + text)
      if consumesAtOnce { connection.consumed(slot, range.count) }
      return
    }
    endContent()
    switch event {
    case .request(let slot):
      slots[number(slot)] = slot
      events.append("request \(number(slot)) \(requestText)")
    case .response(let slot): events.append("response \(number(slot)) \(responseText)")
    case .trailers(let slot): events.append("trailers \(number(slot)) \(trailersText)")
    case .end(let slot): events.append("end \(number(slot))")
    case .reset(let slot, let code): events.append("reset \(number(slot)) \(code.rawValue)")
    case .failed(let slot, let error): events.append("failed \(number(slot)) \(error)")
    case .refused(let id, let error): events.append("refused \(id.rawValue) \(error)")
    case .sendWindowOpened(let slot):
      events.append("window \(slot.map { "\(number($0))" } ?? "connection")")
    case .priorityChanged(let slot):
      let priority = connection.priority(of: slot)
      events.append("priority \(number(slot)) u=\(priority.urgency) i=\(priority.isIncremental)")
    case .settingsReceived: events.append("settings")
    case .settingsAcknowledged: events.append("acknowledged")
    case .pingAcknowledged(let data): events.append("pong \(data)")
    case .goAway(let last, let code): events.append("goaway \(last.rawValue) \(code.rawValue)")
    case .data, .needMoreOctets: break
    }
  }

  private func endContent() {
    guard let content else { return }
    events.append("data \(content.stream) \(content.text)")
    self.content = nil
  }

  private func number(_ slot: StreamSlot) -> UInt32 { connection.streamID(slot).rawValue }

  /// Takes what was written.
  func sent() -> [String] { sentFrames().map(\.description) }

  func sentFrames() -> [SentFrame] {
    let frames = SentFrame.all(of: connection.output.array)
    connection.output.removeAll()
    connection.outputFlushed()
    return frames
  }

  /// Forgets all that was said so far.
  func forget() {
    events = []
    _ = sentFrames()
  }
}
