public import Bytes

extension IPAddress {
  /// Parses the text forms of RFC 4291 §2.2 and dotted decimal IPv4.
  ///
  /// Strict, since two readings of one address are a way around a rule: IPv4 has exactly four
  /// decimal numbers without leading zeros; there are no zone ids, brackets or spaces.
  public init?(parsing text: Span<UInt8>) {
    var isV6 = false
    for index in text.indices where text[index] == UInt8(ascii: ":") { isV6 = true }
    if isV6 {
      guard let groups = parseGroups(text) else { return nil }
      self.init(v6: number(groups, from: 0), number(groups, from: 4))
    } else {
      guard let number = parseV4(text) else { return nil }
      self.init(v4: number)
    }
  }

  /// Appends the canonical text: dotted decimal, or RFC 5952 §4 for IPv6.
  public func write(into output: inout OutputBuffer) {
    switch family {
    case .v4: writeV4(into: &output)
    case .v6: writeV6(into: &output)
    }
  }

  private func writeV4(into output: inout OutputBuffer) {
    output.append(decimal: low >> 24 & 0xFF)
    output.append(UInt8(ascii: "."))
    output.append(decimal: low >> 16 & 0xFF)
    output.append(UInt8(ascii: "."))
    output.append(decimal: low >> 8 & 0xFF)
    output.append(UInt8(ascii: "."))
    output.append(decimal: low & 0xFF)
  }

  private func writeV6(into output: inout OutputBuffer) {
    let gap = longestZeroRun()
    var index = 0
    while index < 8 {
      if index == gap.lowerBound, !gap.isEmpty {
        output.append("::")
        index = gap.upperBound
        continue
      }
      if index > 0, index != gap.upperBound || gap.isEmpty { output.append(UInt8(ascii: ":")) }
      output.append(hexadecimal: group(index))
      index &+= 1
    }
  }

  private func group(_ index: Int) -> UInt64 {
    let half = index < 4 ? high : low
    return half >> UInt64(48 &- 16 &* (index & 3)) & 0xFFFF
  }

  /// The first of the longest runs of two or more zero groups (RFC 5952 §4.2), else empty.
  private func longestZeroRun() -> Range<Int> {
    var longest = 0..<0
    var start = 0
    for index in 0..<8 {
      if group(index) != 0 {
        start = index + 1
      } else if index + 1 - start > max(longest.count, 1) {
        longest = start..<index + 1
      }
    }
    return longest
  }
}

extension IPAddress: LosslessStringConvertible {
  /// Parses as ``init(parsing:)`` does.
  public init?(_ description: String) {
    let octets = Array(description.utf8)
    self.init(parsing: octets.span)
  }

  public var description: String {
    var output = OutputBuffer(capacity: 48)
    write(into: &output)
    let written = output.span
    return String(decoding: written.indices.map { written[$0] }, as: UTF8.self)
  }
}

/// Four of the eight groups as a number.
private func number(_ groups: [8 of UInt16], from start: Int) -> UInt64 {
  var number: UInt64 = 0
  for index in start..<start + 4 { number = number << 16 | UInt64(groups[index]) }
  return number
}

private func parseV4(_ text: Span<UInt8>) -> UInt32? {
  // The longest is "255.255.255.255"; the bound keeps the arithmetic below far from overflow.
  guard text.count <= 15 else { return nil }
  var number: UInt32 = 0
  var octet: UInt32 = 0
  var digits = 0
  var dots = 0
  for index in text.indices {
    let byte = text[index]
    if byte == UInt8(ascii: ".") {
      guard digits > 0, dots < 3 else { return nil }
      number = number << 8 | octet
      (octet, digits, dots) = (0, 0, dots + 1)
    } else {
      guard let digit = decimalDigit(byte), digits == 0 || octet != 0 else { return nil }
      octet = octet * 10 + UInt32(digit)
      digits += 1
      guard octet <= 255 else { return nil }
    }
  }
  guard digits > 0, dots == 3 else { return nil }
  return number << 8 | octet
}

/// The eight groups of an IPv6 address, with the gap `::` filled.
private func parseGroups(_ text: Span<UInt8>) -> [8 of UInt16]? {
  var groups: [8 of UInt16] = .init(repeating: 0)
  var count = 0
  var gap: Int?
  var position = 0
  while position < text.count {
    if text[position] == UInt8(ascii: ":") {
      guard gap == nil, byte(position + 1, of: text) == UInt8(ascii: ":") else { return nil }
      gap = count
      position += 2
      if position == text.count { break }
    }
    guard count < 8, let (value, end) = parseGroup(text, at: position) else { return nil }
    if byte(end, of: text) == UInt8(ascii: ".") {
      guard count <= 6, let tail = parseV4(text.extracting(position..<text.count)) else {
        return nil
      }
      groups[count] = UInt16(truncatingIfNeeded: tail >> 16)
      groups[count + 1] = UInt16(truncatingIfNeeded: tail)
      count += 2
      break
    }
    groups[count] = value
    count += 1
    position = end
    if position == text.count { break }
    guard text[position] == UInt8(ascii: ":") else { return nil }
    if byte(position + 1, of: text) == UInt8(ascii: ":") { continue }
    position += 1
    guard position < text.count else { return nil }
  }
  guard let gap else { return count == 8 ? groups : nil }
  return count < 8 ? spread(groups, count: count, gap: gap) : nil
}

/// Moves the groups after the gap to the end.
private func spread(_ groups: [8 of UInt16], count: Int, gap: Int) -> [8 of UInt16] {
  var result: [8 of UInt16] = .init(repeating: 0)
  for index in 0..<gap { result[index] = groups[index] }
  for index in gap..<count { result[index + 8 - count] = groups[index] }
  return result
}

/// One group of one to four hexadecimal digits, and where it ends.
private func parseGroup(_ text: Span<UInt8>, at start: Int) -> (value: UInt16, end: Int)? {
  var value: UInt16 = 0
  var end = start
  while end < text.count, end - start < 4, let digit = hexadecimalDigit(text[end]) {
    value = value << 4 | UInt16(digit)
    end += 1
  }
  return end > start ? (value, end) : nil
}

private func byte(_ index: Int, of text: Span<UInt8>) -> UInt8? {
  index < text.count ? text[index] : nil
}

private func decimalDigit(_ byte: UInt8) -> UInt8? {
  byte >= 0x30 && byte <= 0x39 ? byte - 0x30 : nil
}

private func hexadecimalDigit(_ byte: UInt8) -> UInt8? {
  switch byte {
  case 0x30...0x39: byte - 0x30
  case 0x41...0x46: byte - 0x37
  case 0x61...0x66: byte - 0x57
  default: nil
  }
}
