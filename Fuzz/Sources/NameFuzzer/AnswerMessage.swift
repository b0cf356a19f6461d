import Addressing
import Names

/// The answer to a question about `q` (RFC 1035 §4), as a server would write it that compresses no
/// name.
struct AnswerMessage {
  private static let name: [UInt8] = [1, 0x71, 0]

  private(set) var octets: [UInt8] = []
  private var records: UInt16 = 0

  init() {
    for number: UInt16 in [0, 0x8180, 1, 0, 0, 0] { append(number) }
    octets += Self.name
    append(1)
    append(1)
  }

  mutating func add(_ address: IPAddress, _ seconds: UInt32) {
    switch address.family {
    case .v4: add(.a, seconds, big(address.low, octets: 4))
    case .v6: add(.aaaa, seconds, big(address.high, octets: 8) + big(address.low, octets: 8))
    }
  }

  mutating func add(_ service: ServiceRecord, _ seconds: UInt32) {
    var data: [UInt8] = []
    for number in [service.priority, service.weight, service.port] {
      data += big(UInt64(number), octets: 2)
    }
    for label in service.target.utf8.split(separator: UInt8(ascii: ".")) {
      data += [UInt8(label.count)] + label
    }
    add(.srv, seconds, data + [0])
  }

  private mutating func add(_ type: RecordType, _ seconds: UInt32, _ data: [UInt8]) {
    records += 1
    octets.replaceSubrange(6..<8, with: big(UInt64(records), octets: 2))
    octets += Self.name
    append(type.rawValue)
    append(1)
    octets += big(UInt64(seconds), octets: 4)
    append(UInt16(data.count))
    octets += data
  }

  private mutating func append(_ number: UInt16) { octets += big(UInt64(number), octets: 2) }

  private func big(_ number: UInt64, octets count: Int) -> [UInt8] {
    (0..<count).reversed().map { UInt8(truncatingIfNeeded: number >> (8 * UInt64($0))) }
  }
}
