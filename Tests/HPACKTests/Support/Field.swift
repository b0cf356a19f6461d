import Bytes
import HPACK
import HTTPSemantics

/// A field line as the tests write it.
struct Field: Equatable, CustomStringConvertible {
  var name: [UInt8]
  var value: [UInt8]
  var isNeverIndexed = false

  init(name: [UInt8], value: [UInt8], isNeverIndexed: Bool = false) {
    (self.name, self.value, self.isNeverIndexed) = (name, value, isNeverIndexed)
  }

  init(_ name: String, _ value: String, isNeverIndexed: Bool = false) {
    self.init(name: Array(name.utf8), value: Array(value.utf8), isNeverIndexed: isNeverIndexed)
  }

  var description: String {
    String(decoding: name, as: UTF8.self) + ": " + String(decoding: value, as: UTF8.self)
      + (isNeverIndexed ? " (never indexed)" : "")
  }

  /// What the name is, pseudo-header fields included.
  var id: FieldID {
    switch String(decoding: name, as: UTF8.self) {
    case ":authority": .authorityPseudo
    case ":method": .methodPseudo
    case ":path": .pathPseudo
    case ":protocol": .protocolPseudo
    case ":scheme": .schemePseudo
    case ":status": .statusPseudo
    default: FieldID(name.span)
    }
  }
}

extension [Field] {
  /// The size as RFC 9113 §6.5.2 counts it.
  var size: Int { reduce(0) { $0 + $1.name.count + $1.value.count + 32 } }
}

extension FieldBlockLimits {
  static var none: FieldBlockLimits {
    var limits = FieldBlockLimits()
    (limits.maxOctets, limits.maxFields) = (.max, .max)
    return limits
  }

  init(maxOctets: Int, maxFields: Int) {
    self.init()
    (self.maxOctets, self.maxFields) = (maxOctets, maxFields)
  }
}

extension Array where Element == UInt8 {
  /// Octets that are written as pairs of hexadecimal digits; spaces are skipped.
  init(hex text: String) {
    let digits = text.utf8.compactMap(\.hexDigitValue)
    self = stride(from: 0, to: digits.count - 1, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
  }
}
