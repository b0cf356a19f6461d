import Addressing

extension NameAnswer {
  /// Aliases one behind the other (RFC 1034 §3.6.2). Resolvers stop at 8 to 16.
  private static let mostAliases = 16

  /// What `message`, an answer from a server, says about its question.
  public init(message: Span<UInt8>, type: RecordType) {
    do throws(DNSMessageError) {
      self = try Self.answer(of: DNSMessage(message), type: type)
    } catch {
      self = .failed(.malformedAnswer)
    }
  }

  private static func answer(
    of message: DNSMessage, type: RecordType
  ) throws(DNSMessageError) -> NameAnswer {
    var owner = message.question
    var secondsToLive = UInt32.max
    for _ in 0...mostAliases {
      let records = message.records.filter { $0.owner == owner }
      let found = records.filter { $0.content.type == type }
      if !found.isEmpty {
        let shortest = found.reduce(secondsToLive) { min($0, $1.secondsToLive) }
        return answer(of: found.map(\.content), type: type, secondsToLive: shortest)
      }
      guard let (alias, seconds) = records.lazy.compactMap(\.alias).first else {
        return .failed(.noRecords)
      }
      owner = alias
      secondsToLive = min(secondsToLive, seconds)
    }
    throw .tooManyAliases
  }

  private static func answer(
    of contents: [DNSMessage.Content], type: RecordType, secondsToLive: UInt32
  ) -> NameAnswer {
    switch type {
    case .a, .aaaa:
      let addresses = contents.compactMap {
        if case .address(let found) = $0 { found } else { nil }
      }
      if addresses.isEmpty { return .failed(.noRecords) }
      return .records(.addresses(addresses), secondsToLive: secondsToLive)
    case .srv:
      let services = contents.compactMap { if case .service(let found) = $0 { found } else { nil } }
      if services.isEmpty { return .failed(.noRecords) }
      return .records(.services(services), secondsToLive: secondsToLive)
    }
  }
}

extension DNSMessage.Content {
  /// nil for an alias.
  fileprivate var type: RecordType? {
    switch self {
    case .alias: nil
    case .address(let address): address.family == .v4 ? .a : .aaaa
    case .service: .srv
    case .unusable(let type): type
    }
  }
}

extension DNSMessage.Record {
  fileprivate var alias: (DNSName, UInt32)? {
    if case .alias(let name) = content { (name, secondsToLive) } else { nil }
  }
}
