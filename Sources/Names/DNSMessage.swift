import Addressing

/// The answer section of a message (RFC 1035 §4), as far as backends are found by it.
///
/// That it is the answer to what was asked, by identity and question, is for who received it to
/// see.
struct DNSMessage {
  enum Content: Equatable {
    case alias(DNSName)
    case address(IPAddress)
    case service(ServiceRecord)
    /// A record of that type for what nobody can connect to.
    case unusable(RecordType)
  }

  struct Record {
    let owner: DNSName
    let secondsToLive: UInt32
    let content: Content
  }

  let question: DNSName
  /// Those of other types and classes are left out.
  let records: [Record]

  static let headerOctets = 12

  init(_ message: Span<UInt8>) throws(DNSMessageError) {
    guard message.count >= Self.headerOctets else { throw .cutShort }
    let flags = try message.number16(at: 2)
    // It is a response, to a standard query, whole, without an error; about one question.
    let isAnswer = flags & 0x8000 != 0 && flags & 0x7A0F == 0
    guard isAnswer, try message.number16(at: 4) == 1 else { throw .badHeader }
    let count = try message.number16(at: 6)
    var position = Self.headerOctets
    question = try DNSName(in: message, at: &position)
    position += 4
    var records: [Record] = []
    for _ in 0..<count {
      if let record = try Self.record(in: message, at: &position) { records.append(record) }
    }
    self.records = records
  }

  private static func record(
    in message: Span<UInt8>, at position: inout Int
  ) throws(DNSMessageError) -> Record? {
    let owner = try DNSName(in: message, at: &position)
    let type = try message.number16(at: position)
    let isInternet = try message.number16(at: position + 2) == 1
    let secondsToLive =
      UInt32(try message.number16(at: position + 4)) << 16
      | UInt32(try message.number16(at: position + 6))
    let start = position + 10
    let end = start + Int(try message.number16(at: position + 8))
    guard end <= message.count else { throw .cutShort }
    position = end
    guard isInternet, let content = try content(of: type, in: message, start..<end) else {
      return nil
    }
    // RFC 2181 §8: with the most significant bit set it counts as 0.
    let bounded = secondsToLive >> 31 == 0 ? secondsToLive : 0
    return Record(owner: owner, secondsToLive: bounded, content: content)
  }

  private static func content(
    of type: UInt16, in message: Span<UInt8>, _ data: Range<Int>
  ) throws(DNSMessageError) -> Content? {
    let alias: UInt16 = 5
    if type == alias { return .alias(try name(in: message, data)) }
    switch RecordType(rawValue: type) {
    case nil: return nil
    case .a, .aaaa:
      let octets = data.map { message[$0] }
      let isA = type == RecordType.a.rawValue
      guard octets.count == (isA ? 4 : 16), let address = IPAddress(octets: octets) else {
        throw .badRecord
      }
      // An IPv4 address within IPv6 has an A record of its own.
      let isOfType = (address.family == .v4) == isA
      return isOfType && address.isBackend ? .address(address) : .unusable(isA ? .a : .aaaa)
    case .srv: return try service(in: message, data)
    }
  }

  /// RFC 2782. The target may be compressed: some servers do, although it must not.
  private static func service(
    in message: Span<UInt8>, _ data: Range<Int>
  ) throws(DNSMessageError) -> Content {
    guard data.count > 6 else { throw .badRecord }
    let target = try name(in: message, data.lowerBound + 6..<data.upperBound)
    let port = try message.number16(at: data.lowerBound + 4)
    // A target of "." says that there is no such service here.
    if target.isRoot || port == 0 { return .unusable(.srv) }
    guard let host = target.hostName, isHostName(host.utf8) else { throw .badRecord }
    return .service(
      ServiceRecord(
        priority: try message.number16(at: data.lowerBound),
        weight: try message.number16(at: data.lowerBound + 2), port: port, target: host))
  }

  /// The name that `data` consists of.
  private static func name(
    in message: Span<UInt8>, _ data: Range<Int>
  ) throws(DNSMessageError) -> DNSName {
    var position = data.lowerBound
    let name = try DNSName(in: message, at: &position)
    guard position == data.upperBound else { throw .badRecord }
    return name
  }
}

extension Span<UInt8> {
  fileprivate func number16(at index: Int) throws(DNSMessageError) -> UInt16 {
    guard index + 1 < count else { throw .cutShort }
    return UInt16(self[index]) << 8 | UInt16(self[index + 1])
  }
}

extension IPAddress {
  /// Whether it can be a backend's: 0.0.0.0 and :: are this host to who connects, as are those that
  /// block lists answer with; nobody is at a multicast address; fe80::/10 takes an interface.
  fileprivate var isBackend: Bool {
    switch family {
    case .v4: low >> 24 != 0 && low >> 28 < 14
    case .v6: !(high == 0 && low == 0) && high >> 56 != 0xFF && high >> 54 != 0x3FA
    }
  }
}
