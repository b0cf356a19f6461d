/// Writes DNS messages as servers do, and as no server should.
struct MessageBuilder {
  private(set) var octets: [UInt8] = []
  private var records = 0

  /// A response to one question.
  init(_ question: String, flags: UInt16 = 0x8180, questions: UInt16 = 1) {
    append(0x1234, flags, questions, 0, 0, 0)
    octets += Self.name(question)
    append(1, 1)
  }

  /// The octets of a name without compression.
  static func name(_ text: String) -> [UInt8] {
    var octets: [UInt8] = []
    for label in text.split(separator: ".") { octets += [UInt8(label.utf8.count)] + label.utf8 }
    return octets + [0]
  }

  /// A compressed name: what stands at `offset`. The question stands at 12.
  static func pointer(_ offset: UInt16) -> [UInt8] {
    [0xC0 | UInt8(offset >> 8), UInt8(truncatingIfNeeded: offset)]
  }

  mutating func record(
    _ owner: [UInt8], type: UInt16, class: UInt16 = 1, seconds: UInt32 = 60, _ data: [UInt8],
    length: UInt16? = nil
  ) {
    records += 1
    octets[6] = UInt8(records >> 8)
    octets[7] = UInt8(truncatingIfNeeded: records)
    octets += owner
    append(type, `class`, UInt16(seconds >> 16), UInt16(truncatingIfNeeded: seconds))
    append(length ?? UInt16(data.count))
    octets += data
  }

  mutating func a(_ owner: [UInt8], _ address: [UInt8], seconds: UInt32 = 60) {
    record(owner, type: 1, seconds: seconds, address)
  }

  mutating func alias(_ owner: [UInt8], to name: [UInt8], seconds: UInt32 = 60) {
    record(owner, type: 5, seconds: seconds, name)
  }

  mutating func service(
    _ owner: [UInt8], _ priority: UInt8, _ weight: UInt8, _ port: UInt8, _ target: [UInt8]
  ) {
    record(owner, type: 33, [0, priority, 0, weight, 0, port] + target)
  }

  private mutating func append(_ numbers: UInt16...) {
    for number in numbers { octets += [UInt8(number >> 8), UInt8(truncatingIfNeeded: number)] }
  }
}
