import Bytes
import Configuration

/// What a client of the admin listener over TCP shows: `Authorization: Bearer TOKEN` (RFC 6750
/// §2.1).
struct AdminToken: Equatable, Sendable {
  private let octets: [UInt8]

  static let leastOctets = 16

  /// - Parameter content: Of the file; white space around the token is passed over.
  /// - Returns: nil for what is too short to be a secret, or cannot stand in a field.
  init?(_ content: [UInt8]) {
    let span = content.span
    let range = Self.trim(span)
    octets = Array(content[range])
    guard octets.count >= Self.leastOctets, octets.allSatisfy({ 0x21...0x7E ~= $0 }) else {
      return nil
    }
  }

  private static func trim(_ text: Span<UInt8>) -> Range<Int> {
    var (start, end) = (0, text.count)
    while start < end, text[start] <= 0x20 { start += 1 }
    while end > start, text[end - 1] <= 0x20 { end -= 1 }
    return start..<end
  }

  /// Whether the value of `Authorization` is this token. Takes as long for a wrong one as for a
  /// right one of its length.
  func isShown(by value: Span<UInt8>) -> Bool {
    guard value.startsIgnoringCase(with: "bearer ") else { return false }
    let shown = value.extracting(7..<value.count)
    guard shown.count == octets.count else { return false }
    var difference: UInt8 = 0
    for index in shown.indices { difference |= shown[index] ^ octets[index] }
    return difference == 0
  }

  /// Reads the file.
  ///
  /// - Throws: What is wrong with it, at its place in the configuration.
  static func read(
    _ reference: FileReference, from files: some FileSource
  ) throws(ConfigurationProblem) -> AdminToken {
    do throws(FileError) {
      let content = try files.read(reference.path)
      if let token = AdminToken(content) { return token }
    } catch {
      throw problem("\(reference.path): \(error)", reference)
    }
    throw problem(
      "\(reference.path): expected a token of \(leastOctets) or more printable characters",
      reference)
  }

  private static func problem(_ text: String, _ reference: FileReference) -> ConfigurationProblem {
    ConfigurationProblem(.error, at: reference.location, path: reference.key, message: text)
  }
}
