import Bytes
import HTTP2
import HTTPSemantics
import Measuring

/// HTTP/2 from end to end of a connection, without the sockets: a client's engine and a server's,
/// each fed what the other one writes. A case is one request and its response, on both sides.
struct EngineBench: ~Copyable {
  private struct Field {
    let id: FieldID
    let name: [UInt8]
    let value: [UInt8]

    init(_ id: FieldID, _ name: String, _ value: String) {
      (self.id, self.name, self.value) = (id, Array(name.utf8), Array(value.utf8))
    }
  }

  /// What is sent. A type of its own, so that it can be read while an engine is written to.
  private struct Messages {
    let request = [
      Field(.methodPseudo, "", "GET"), Field(.schemePseudo, "", "https"),
      Field(.authorityPseudo, "", "www.example.com"),
      Field(.pathPseudo, "", "/articles/2024/summer/index.html?page=2&sort=date"),
      Field(
        .userAgent, "user-agent",
        "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"),
      Field(.accept, "accept", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"),
      Field(.acceptEncoding, "accept-encoding", "gzip, deflate, br, zstd"),
      Field(.cookie, "cookie", "session=0123456789abcdef0123456789abcdef; theme=dark"),
    ]
    let response = [
      Field(.server, "server", "origin"),
      Field(.date, "date", "Sun, 06 Nov 1994 08:49:37 GMT"),
      Field(.contentType, "content-type", "text/plain"),
    ]
    let content = [UInt8](repeating: 0x61, count: 16 * 1024)
  }

  private var client = HTTP2Connection(
    role: .client, settings: .client, window: .client, limits: HTTP2Limits(), now: 0)
  private var server = HTTP2Connection(
    role: .server, settings: .server, window: .server, limits: HTTP2Limits(), now: 0)
  private let messages = Messages()
  /// Content that is still to be sent on the stream that is being answered.
  private var answered: StreamSlot?
  private var remaining = 0
  private var octets = 0

  static func run(_ measure: Measure) {
    for (name, size) in [
      ("h2-exchange/heads", 0), ("h2-exchange/101-octets", 101), ("h2-exchange/16KiB", 16_384),
    ] {
      var bench = EngineBench()
      measure(name) { bench.exchange(size) }
    }
    var bench = EngineBench()
    measure.long("h2-exchange/100MiB") { bench.exchange(100 << 20) }
  }

  /// - Returns: Octets that went either way.
  private mutating func exchange(_ size: Int) -> Int {
    octets = 0
    remaining = size
    request()
    while !client.output.isEmpty || !server.output.isEmpty || answered != nil {
      deliverToServer()
      send()
      deliverToClient()
    }
    return octets
  }

  private mutating func request() {
    guard let slot = client.openStream(), client.beginHead(slot) else { return }
    let messages = self.messages
    for field in messages.request {
      if field.id.isPseudo {
        client.encode(pseudo: field.id, field.value.span)
      } else {
        client.encode(field.id, name: field.name.span, value: field.value.span)
      }
    }
    client.endHead(slot, endsStream: true)
  }

  private mutating func deliverToServer() {
    var input = OutputBuffer(capacity: 0)
    swap(&input, &client.output)
    client.outputFlushed()
    octets &+= input.count
    var position = 0
    while let event = try? server.receive(input.span, at: &position, now: 0) {
      if event == .needMoreOctets { break }
      if case .end(let slot) = event { respond(slot) }
    }
    input.removeAll()
    if client.output.isEmpty { swap(&input, &client.output) }
  }

  private mutating func respond(_ slot: StreamSlot) {
    guard server.beginHead(slot) else { return }
    server.encode(status: 200)
    let messages = self.messages
    for field in messages.response {
      server.encode(field.id, name: field.name.span, value: field.value.span)
    }
    server.endHead(slot, endsStream: remaining == 0)
    if remaining == 0 { server.release(slot) } else { answered = slot }
  }

  private mutating func send() {
    guard let slot = answered else { return }
    let messages = self.messages
    // No more than a connection would have in flight.
    while server.output.count < 256 * 1024 {
      let count = min(remaining, messages.content.count)
      let piece = messages.content.span.extracting(0..<count)
      let taken = server.writeData(slot, piece, endsStream: count == remaining)
      remaining &-= taken
      if remaining == 0 {
        server.release(slot)
        answered = nil
        return
      }
      if taken < count { return }
    }
  }

  private mutating func deliverToClient() {
    var input = OutputBuffer(capacity: 0)
    swap(&input, &server.output)
    server.outputFlushed()
    octets &+= input.count
    var position = 0
    while let event = try? client.receive(input.span, at: &position, now: 0) {
      switch event {
      case .data(let slot, let range): client.consumed(slot, range.count)
      case .end(let slot): client.release(slot)
      case .needMoreOctets:
        input.removeAll()
        if server.output.isEmpty { swap(&input, &server.output) }
        return
      default: break
      }
    }
  }
}
