import Bytes
import HTTP2
import HTTPSemantics

/// A client and a server, each fed what the other one writes.
struct EnginePair: ~Copyable {
  var client: HTTP2Connection
  var server: HTTP2Connection
  /// Events that somebody had use for, to be compared.
  var heads = 0
  var content = 0
  var ends = 0
  private let sample = SampleMessages()

  init() {
    let limits = HTTP2Limits()
    client = HTTP2Connection(
      role: .client, settings: .client, window: .client, limits: limits, now: 0)
    server = HTTP2Connection(
      role: .server, settings: .server, window: .server, limits: limits, now: 0)
  }

  /// A request of four fields, and a response of `pieces` KiB.
  mutating func exchange(pieces: Int) -> Bool {
    guard let slot = client.openStream(), client.beginHead(slot) else { return false }
    let sample = self.sample
    client.encode(pseudo: .methodPseudo, sample.method.span)
    client.encode(pseudo: .schemePseudo, sample.scheme.span)
    client.encode(pseudo: .authorityPseudo, sample.host.span)
    client.encode(pseudo: .pathPseudo, sample.path.span)
    for index in sample.fields.indices {
      let field = sample.fields[index]
      client.encode(field.id, name: field.name.span, value: field.value.span)
    }
    client.endHead(slot, endsStream: true)
    return deliverToServer(pieces: pieces) && deliverToClient()
  }

  private mutating func deliverToServer(pieces: Int) -> Bool {
    var input = OutputBuffer(capacity: 0)
    swap(&input, &client.output)
    client.outputFlushed()
    var position = 0
    do throws(ConnectionError) {
      while true {
        switch try server.receive(input.span, at: &position, now: 0) {
        case .needMoreOctets:
          input.removeAll()
          swap(&input, &client.output)
          return true
        case .end(let slot): respond(slot, pieces: pieces)
        case .request: heads += 1
        default: break
        }
      }
    } catch {
      return false
    }
  }

  private mutating func respond(_ slot: StreamSlot, pieces: Int) {
    guard server.beginHead(slot) else { return }
    server.encode(status: 200)
    let sample = self.sample
    let field = sample.fields[2]
    server.encode(field.id, name: field.name.span, value: field.value.span)
    server.endHead(slot, endsStream: pieces == 0)
    for index in 0..<pieces {
      _ = server.writeData(slot, sample.piece.span, endsStream: index == pieces - 1)
    }
    server.release(slot)
  }

  private mutating func deliverToClient() -> Bool {
    var input = OutputBuffer(capacity: 0)
    swap(&input, &server.output)
    server.outputFlushed()
    var position = 0
    do throws(ConnectionError) {
      while true {
        switch try client.receive(input.span, at: &position, now: 0) {
        case .needMoreOctets:
          input.removeAll()
          swap(&input, &server.output)
          return true
        case .response: heads += 1
        case .data(let slot, let range):
          content += range.count
          client.consumed(slot, range.count)
        case .end(let slot):
          ends += 1
          client.release(slot)
        default: break
        }
      }
    } catch {
      return false
    }
  }
}

/// What the engines say to each other.
private struct SampleMessages {
  struct Field {
    let id: FieldID
    let name: [UInt8]
    let value: [UInt8]

    init(_ id: FieldID, _ name: String, _ value: String) {
      self.id = id
      self.name = Array(name.utf8)
      self.value = Array(value.utf8)
    }
  }

  let method = Array("GET".utf8)
  let scheme = Array("http".utf8)
  let path = Array("/articles/2024/index.html?page=7".utf8)
  let host = Array("www.example.com".utf8)
  let fields = [
    Field(.userAgent, "user-agent", "tester/1.0 (none)"),
    Field(.accept, "accept", "text/html,*/*;q=0.8"),
    Field(.other, "x-tenant", "a-name-of-some-length"),
    Field(.authorization, "authorization", "Bearer 0123456789abcdef"),
  ]
  let piece = Array(repeating: UInt8(0x61), count: 1024)
}
