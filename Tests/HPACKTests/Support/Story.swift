import Glibc
import Testing

/// What one connection carries: field blocks in their order, and changes of the table's limit
/// between them.
struct Story: CustomTestStringConvertible {
  enum Event {
    /// The decoder's SETTINGS_HEADER_TABLE_SIZE changes.
    case limit(Int)
    case block([UInt8], [Field])
  }

  var name: String
  var events: [Event] = []

  var testDescription: String { name }

  /// Those of the file that scripts/make-hpack-fixtures writes.
  static let all: [Story] = {
    let directory = #filePath.split(separator: "/").dropLast(2).joined(separator: "/")
    return parse(read("/" + directory + "/Fixtures/stories.txt"))
  }()

  private static func parse(_ text: [UInt8]) -> [Story] {
    var stories: [Story] = []
    for line in text.split(separator: 0x0A) {
      let parts = line.split(separator: 0x20, maxSplits: 1)
      let rest = String(decoding: parts[1], as: UTF8.self)
      let last = stories.count - 1
      switch String(decoding: parts[0], as: UTF8.self) {
      case "story": stories.append(Story(name: rest))
      case "limit": stories[last].events.append(.limit(Int(rest) ?? -1))
      case "block": stories[last].events.append(.block(Array(hex: rest), []))
      case let kind:
        guard case .block(let block, let fields)? = stories[last].events.popLast() else { continue }
        let field = field(parts[1], isNeverIndexed: kind == "never")
        stories[last].events.append(.block(block, fields + [field]))
      }
    }
    return stories
  }

  /// `NAME: VALUE`, both of them percent-encoded.
  private static func field(_ line: ArraySlice<UInt8>, isNeverIndexed: Bool) -> Field {
    let colon = line.firstIndex(of: 0x3A) ?? line.endIndex
    return Field(
      name: decoded(line[..<colon]), value: decoded(line[colon...].dropFirst(2)),
      isNeverIndexed: isNeverIndexed)
  }

  private static func decoded(_ text: ArraySlice<UInt8>) -> [UInt8] {
    var octets: [UInt8] = []
    var rest = text
    while let octet = rest.popFirst() {
      guard octet == 0x25 else {
        octets.append(octet)
        continue
      }
      octets += [UInt8](hex: String(decoding: rest.prefix(2), as: UTF8.self))
      rest = rest.dropFirst(2)
    }
    return octets
  }

  private static func read(_ path: String) -> [UInt8] {
    guard let file = unsafe fopen(path, "r") else { return [] }
    defer { unsafe fclose(file) }
    var octets: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = unsafe fread(&piece, 1, piece.count, file)
      if count == 0 { return octets }
      octets += piece[..<count]
    }
  }
}
