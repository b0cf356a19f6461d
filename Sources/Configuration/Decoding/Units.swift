/// Why a text is no duration or size.
public struct UnitError: Error, Equatable {
  public let message: String
}

/// Reads `250ms`, `2s`, `1m`, `1h` or several of them, the greater first: `1h30m`.
public func parseDuration(_ text: String) throws(UnitError) -> Duration {
  let units = [("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1)]
  let expected = "expected a duration such as \"250ms\", \"2s\" or \"1h30m\""
  var total = 0
  var allowed = units[...]
  var rest = text.utf8[...]
  repeat {
    let digits = rest.prefix { 0x30...0x39 ~= $0 }
    rest = rest[digits.endIndex...]
    let letters = rest.prefix { !(0x30...0x39 ~= $0) }
    rest = rest[letters.endIndex...]
    let unit = String(Substring(letters))
    if digits.isEmpty { throw UnitError(message: expected) }
    if unit.isEmpty {
      throw UnitError(message: "\"\(text)\" needs a unit: ms, s, m or h")
    }
    if unit.utf8.first == UInt8(ascii: ".") {
      throw UnitError(message: "durations have no fractions; use a smaller unit: ms, s, m or h")
    }
    guard let (_, factor) = units.first(where: { $0.0 == unit }) else {
      throw UnitError(message: "\"\(unit)\" is no unit of time; there are ms, s, m and h")
    }
    guard let place = allowed.firstIndex(where: { $0.0 == unit }) else {
      throw UnitError(message: "units go from the greater to the smaller, each once: \"1h30m\"")
    }
    allowed = allowed[(place + 1)...]
    total = try sum(total, product: Int(Substring(digits)), factor)
  } while !rest.isEmpty
  return .milliseconds(total)
}

/// Reads `500B`, `32KiB`, `1MiB` or `2GiB`, in octets.
public func parseSize(_ text: String) throws(UnitError) -> Int {
  let units = ["B": 1, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30]
  let digits = text.utf8.prefix { 0x30...0x39 ~= $0 }
  let unit = String(text[digits.endIndex...])
  if digits.isEmpty { throw UnitError(message: "expected a size such as \"500B\" or \"32KiB\"") }
  if unit.isEmpty { throw UnitError(message: "\"\(text)\" needs a unit: B, KiB, MiB or GiB") }
  if unit.utf8.first == UInt8(ascii: ".") {
    throw UnitError(message: "sizes have no fractions; use a smaller unit: B, KiB, MiB or GiB")
  }
  guard let factor = units[unit] else {
    throw UnitError(message: "\"\(unit)\" is no unit of size; there are B, KiB, MiB and GiB")
  }
  return try sum(0, product: Int(Substring(digits)), factor)
}

/// `total + number * factor`; a nil `number` had too many digits.
private func sum(_ total: Int, product number: Int?, _ factor: Int) throws(UnitError) -> Int {
  if let number {
    let (product, isTooLarge) = number.multipliedReportingOverflow(by: factor)
    let (sum, isStillTooLarge) = total.addingReportingOverflow(product)
    if !isTooLarge, !isStillTooLarge { return sum }
  }
  throw UnitError(message: "the number is too large")
}

/// A duration as the configuration writes it: `1h30m`.
func format(_ duration: Duration) -> String {
  var rest = duration / .milliseconds(1)
  if rest == 0 { return "0s" }
  var text = ""
  for (unit, factor) in [("h", 3_600_000.0), ("m", 60_000), ("s", 1000), ("ms", 1)] {
    let count = (rest / factor).rounded(.down)
    if count >= 1 { text += "\(Int(count))\(unit)" }
    rest -= count * factor
  }
  return text
}

/// A size as the configuration writes it, in the largest unit that leaves no fraction: `32KiB`.
func format(octets: Int) -> String {
  for (unit, shift) in [("GiB", 30), ("MiB", 20), ("KiB", 10)]
  where octets != 0 && octets & (1 << shift - 1) == 0 {
    return "\(octets >> shift)\(unit)"
  }
  return "\(octets)B"
}

extension Node {
  func duration(in range: ClosedRange<Duration>) -> Duration? {
    guard let text = quantity(example: "2s", of: "a duration") else { return nil }
    do throws(UnitError) {
      let duration = try parseDuration(text)
      if range.contains(duration) { return duration }
      fail("\(text) is outside \(format(range.lowerBound))...\(format(range.upperBound))")
    } catch {
      fail(error.message)
    }
    return nil
  }

  /// A number of octets.
  func size(in range: ClosedRange<Int>) -> Int? {
    guard let text = quantity(example: "32KiB", of: "a size") else { return nil }
    do throws(UnitError) {
      let size = try parseSize(text)
      if range.contains(size) { return size }
      let lowest = format(octets: range.lowerBound)
      fail("\(text) is outside \(lowest)...\(format(octets: range.upperBound))")
    } catch {
      fail(error.message)
    }
    return nil
  }

  private func quantity(example: String, of what: String) -> String? {
    switch value.kind {
    case .string(let text): return text
    case .number(let text):
      fail("expected \(what) with its unit, such as \"\(example)\", found \(text)")
    case .null, .bool, .array, .object, .invalid:
      failType(expected: "\(what) such as \"\(example)\"")
    }
    return nil
  }
}
