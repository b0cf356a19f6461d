import Bytes
import CodecTestSupport
import HTTP2
import HTTPSemantics

extension Rig {
  // `#expect` cannot look into a noncopyable value.
  var canOpenStream: Bool { connection.canOpenStream }
  func canSend(_ slot: StreamSlot) -> Bool { connection.canSend(slot) }

  /// What was made of a request's head: `GET / example.com none`, fields, problem.
  var requestText: String {
    let head = connection.requestHead
    let octets = connection.headOctets.array
    var text =
      "\(octets[head.methodBytes]) \(octets[head.target]) \(octets[head.authority]) \(head.framing)"
    text += fieldsText(head.fields, octets)
    if let problem = connection.requestProblem { text += " ! \(problem)" }
    return text
  }

  var responseText: String {
    let head = connection.responseHead.copied
    return "\(head.status) \(head.framing)"
      + fieldsText(head.fields, connection.headOctets.array)
  }

  var trailersText: String {
    String(fieldsText(connection.trailers.fields, connection.trailers.octets).dropFirst())
  }

  /// The lines that are to be forwarded.
  private func fieldsText(_ fields: FieldSection, _ octets: [UInt8]) -> String {
    fields.lines.filter { !$0.isHopByHop }
      .map { " \(octets[$0.name]): \(octets[$0.value])" }.joined()
  }

  /// Sends a head, and its end if asked.
  @discardableResult
  func send(_ slot: StreamSlot, _ fields: [(FieldID, String, String)], ends: Bool) -> Bool {
    guard connection.beginHead(slot) else { return false }
    for (id, name, value) in fields {
      let (name, value) = (Array(name.utf8), Array(value.utf8))
      if id == .statusPseudo {
        connection.encode(status: UInt16(value.span.decimalValue ?? 0))
      } else if id.isPseudo {
        connection.encode(pseudo: id, value.span)
      } else {
        connection.encode(id, name: name.span, value: value.span)
      }
    }
    connection.endHead(slot, endsStream: ends)
    return true
  }

  func respond(_ slot: StreamSlot, _ status: Int = 200, ends: Bool) {
    send(slot, [(.statusPseudo, "", "\(status)")], ends: ends)
  }

  /// Client: opens a stream and sends a request's head.
  func request(_ method: String = "GET", ends: Bool = true) -> StreamSlot? {
    guard let slot = connection.openStream() else { return nil }
    let isSent = send(
      slot,
      [
        (.methodPseudo, "", method), (.schemePseudo, "", "http"),
        (.authorityPseudo, "", "example.com"), (.pathPseudo, "", "/"),
      ], ends: ends)
    return isSent ? slot : nil
  }

  func write(_ slot: StreamSlot, _ text: String, ends: Bool = false, limit: Int = .max) -> Int {
    let octets = Array(text.utf8)
    return connection.writeData(slot, octets.span, endsStream: ends, limit: limit)
  }
}

extension Array where Element == UInt8 {
  subscript(_ range: ByteRange) -> String { String(decoding: self[range.range], as: UTF8.self) }
}
