import Bytes

/// Whether `text` is an `IPv6address` of RFC 3986 §3.2.2, without brackets or zone.
func isIPv6Address(_ text: Span<UInt8>) -> Bool {
  var groups = 0
  var isCompressed = false
  var index = 0
  if text.count >= 2, text[0] == .colon {
    guard text[1] == .colon else { return false }
    isCompressed = true
    index = 2
  }
  while index < text.count {
    let end = text.firstIndex(notIn: .hexDigit, from: index, to: text.count)
    if end < text.count, text[end] == .period {
      // The last 32 bits may be written as an IPv4 address.
      guard isIPv4Address(text.extracting(index..<text.count)) else { return false }
      groups += 2
      break
    }
    guard 1...4 ~= end - index else { return false }
    groups += 1
    if end == text.count { break }
    guard text[end] == .colon, end + 1 < text.count else { return false }
    index = end + 1
    if text[index] == .colon {
      guard !isCompressed else { return false }
      isCompressed = true
      index += 1
    }
  }
  // "::" stands for one group of zeros at least.
  return isCompressed ? groups <= 7 : groups == 8
}

/// Whether `text` is an `IPv4address` of RFC 3986 §3.2.2: four numbers to 255 without leading
/// zeros.
func isIPv4Address(_ text: Span<UInt8>) -> Bool {
  var index = 0
  for part in 0..<4 {
    let end = text.firstIndex(of: .period, from: index, to: text.count)
    let octet = text.extracting(index..<end)
    guard 1...3 ~= octet.count, let value = octet.decimalValue, value <= 255,
      octet.count == 1 || octet[0] != .zero
    else { return false }
    if part == 3 { return end == text.count }
    guard end < text.count else { return false }
    index = end + 1
  }
  return false
}
