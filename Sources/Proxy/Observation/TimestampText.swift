import Bytes
import HTTPSemantics

/// The time of log lines as text, worked out anew once a second.
struct TimestampText: Sendable {
  private var second = Int64.min
  /// `2026-10-10T13:55:36.`
  private var internet = InlineArray<20, UInt8>(repeating: .period)
  /// `10/Oct/2026:13:55:36 +0000`
  private var common = InlineArray<26, UInt8>(repeating: 0)

  /// Appends `2026-10-10T13:55:36.123Z` (RFC 3339).
  mutating func writeInternet(microseconds: Int64, into room: inout OutputRoom) {
    let fraction = update(microseconds)
    room.append(internet.span)
    room.append(decimal: fraction / 1000, digits: 3)
    room.append(UInt8(ascii: "Z"))
  }

  /// Appends `10/Oct/2026:13:55:36 +0000`, as the common log format has it.
  mutating func writeCommon(microseconds: Int64, into room: inout OutputRoom) {
    _ = update(microseconds)
    room.append(common.span)
  }

  /// Returns the microseconds of the second.
  private mutating func update(_ microseconds: Int64) -> UInt64 {
    var (second, fraction) = microseconds.quotientAndRemainder(dividingBy: 1_000_000)
    if fraction < 0 { (second, fraction) = (second - 1, fraction + 1_000_000) }
    if second != self.second {
      self.second = second
      rewrite()
    }
    return UInt64(fraction)
  }

  /// Puts the parts of `Sat, 10 Oct 2026 13:55:36 GMT` into the two other orders.
  private mutating func rewrite() {
    let date = HTTPDate.octets(unixSeconds: second)
    func copy<let size: Int>(_ from: Range<Int>, to text: inout InlineArray<size, UInt8>, at: Int) {
      for index in from { text[at + index - from.lowerBound] = date[index] }
    }
    let month = Self.month(date[9], date[10])
    copy(12..<16, to: &internet, at: 0)
    internet[4] = .hyphen
    internet[5] = .zero + month / 10
    internet[6] = .zero + month % 10
    internet[7] = .hyphen
    copy(5..<7, to: &internet, at: 8)
    internet[10] = UInt8(ascii: "T")
    copy(17..<25, to: &internet, at: 11)

    copy(5..<7, to: &common, at: 0)
    common[2] = .slash
    copy(8..<11, to: &common, at: 3)
    common[6] = .slash
    copy(12..<16, to: &common, at: 7)
    common[11] = .colon
    copy(17..<25, to: &common, at: 12)
    for (index, byte) in " +0000".utf8.enumerated() { common[20 + index] = byte }
  }

  /// The number of a month by the second and third letter of its name, which are unique.
  private static func month(_ second: UInt8, _ third: UInt8) -> UInt8 {
    switch (second, third) {
    case (UInt8(ascii: "a"), UInt8(ascii: "n")): 1
    case (UInt8(ascii: "e"), UInt8(ascii: "b")): 2
    case (UInt8(ascii: "a"), UInt8(ascii: "r")): 3
    case (UInt8(ascii: "p"), _): 4
    case (UInt8(ascii: "a"), _): 5
    case (UInt8(ascii: "u"), UInt8(ascii: "n")): 6
    case (UInt8(ascii: "u"), UInt8(ascii: "l")): 7
    case (UInt8(ascii: "u"), _): 8
    case (UInt8(ascii: "e"), UInt8(ascii: "p")): 9
    case (UInt8(ascii: "c"), _): 10
    case (UInt8(ascii: "o"), _): 11
    case (_, _): 12
    }
  }
}
