/// Octets as a peer would send them, made without any of the code under test.
enum Wire {
  static let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)
  /// The client's side of the connection start.
  static let clientStart = preface + settings()

  static func frame(
    _ type: UInt8, flags: UInt8 = 0, stream: UInt32 = 0, _ payload: [UInt8] = []
  ) -> [UInt8] {
    let length = UInt32(payload.count)
    return Array(uint32(length)[1...]) + [type, flags] + uint32(stream) + payload
  }

  static func uint32(_ value: UInt32) -> [UInt8] {
    [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
  }

  static func uint16(_ value: UInt16) -> [UInt8] { Array(uint32(UInt32(value))[2...]) }

  // MARK: Frames

  static let endStream: UInt8 = 0x1
  static let ack: UInt8 = 0x1
  static let endHeaders: UInt8 = 0x4
  static let padded: UInt8 = 0x8
  static let priority: UInt8 = 0x20

  static func settings(_ entries: [(UInt16, UInt32)] = []) -> [UInt8] {
    frame(4, entries.flatMap { uint16($0.0) + uint32($0.1) })
  }

  static let settingsAck = frame(4, flags: ack)

  static func headers(
    _ stream: UInt32, _ fields: [(String, String)], ends: Bool = true
  ) -> [UInt8] {
    frame(1, flags: endHeaders | (ends ? endStream : 0), stream: stream, block(fields))
  }

  /// A request that ends with its head.
  static func get(_ stream: UInt32, _ more: [(String, String)] = []) -> [UInt8] {
    headers(stream, request() + more)
  }

  /// A request whose content is still to come.
  static func post(_ stream: UInt32, _ more: [(String, String)] = []) -> [UInt8] {
    headers(stream, request("POST") + more, ends: false)
  }

  static func response(
    _ stream: UInt32, _ status: String = "200", _ more: [(String, String)] = [], ends: Bool = false
  ) -> [UInt8] {
    headers(stream, [(":status", status)] + more, ends: ends)
  }

  static func data(_ stream: UInt32, _ content: String, ends: Bool = false) -> [UInt8] {
    frame(0, flags: ends ? endStream : 0, stream: stream, Array(content.utf8))
  }

  static func data(_ stream: UInt32, count: Int, ends: Bool = false) -> [UInt8] {
    frame(0, flags: ends ? endStream : 0, stream: stream, Array(repeating: 0x61, count: count))
  }

  static func reset(_ stream: UInt32, _ code: UInt32 = 8) -> [UInt8] {
    frame(3, stream: stream, uint32(code))
  }

  static func windowUpdate(_ stream: UInt32, _ increment: UInt32) -> [UInt8] {
    frame(8, stream: stream, uint32(increment))
  }

  static func ping(_ data: String = "12345678", flags: UInt8 = 0) -> [UInt8] {
    frame(6, flags: flags, Array(data.utf8))
  }

  static func goAway(_ last: UInt32, _ code: UInt32 = 0, debug: String = "") -> [UInt8] {
    frame(7, uint32(last) + uint32(code) + Array(debug.utf8))
  }

  static func continuation(_ stream: UInt32, _ fragment: [UInt8], ends: Bool) -> [UInt8] {
    frame(9, flags: ends ? endHeaders : 0, stream: stream, fragment)
  }

  static func priorityUpdate(_ stream: UInt32, _ value: String) -> [UInt8] {
    frame(0x10, uint32(stream) + Array(value.utf8))
  }

  // MARK: Field blocks

  static func request(_ method: String = "GET", path: String = "/") -> [(String, String)] {
    [(":method", method), (":scheme", "http"), (":authority", "example.com"), (":path", path)]
  }

  /// Literals without Huffman coding, whatever they say.
  static func block(_ fields: [(String, String)], indexing: Bool = false) -> [UInt8] {
    fields.flatMap { [indexing ? 0x40 : 0] + text($0.0) + text($0.1) }
  }

  /// The lines that were put into the dynamic table last, in the order in which they came.
  static func indices(ofLast count: Int) -> [UInt8] {
    (0..<count).reversed().flatMap { age in
      var index = integer(62 + age, prefix: 7)
      index[0] |= 0x80
      return index
    }
  }

  private static func text(_ text: String) -> [UInt8] {
    let octets = latin1(text)
    return integer(octets.count, prefix: 7) + octets
  }

  /// Characters up to U+00FF as one octet each, so that a text can say any octet.
  private static func latin1(_ text: String) -> [UInt8] {
    text.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }
  }

  private static func integer(_ value: Int, prefix: Int) -> [UInt8] {
    let most = 1 << prefix - 1
    if value < most { return [UInt8(value)] }
    var octets = [UInt8(most)]
    var rest = value - most
    while rest >= 128 {
      octets.append(UInt8(rest & 127) | 128)
      rest >>= 7
    }
    return octets + [UInt8(rest)]
  }
}
