/// The octets of a configuration file, and where its lines begin.
final class SourceFile: Sendable {
  let path: String
  let bytes: [UInt8]
  private let lineStarts: [Int]

  init(path: String, bytes: [UInt8]) {
    self.path = path
    self.bytes = bytes
    var starts = [0]
    for index in bytes.indices where bytes[index] == UInt8(ascii: "\n") { starts.append(index + 1) }
    lineStarts = starts
  }

  func location(of offset: Int) -> SourceLocation {
    // The last line that begins at or before the offset.
    var (low, high) = (0, lineStarts.count)
    while high - low > 1 {
      let middle = (low + high) / 2
      if lineStarts[middle] <= offset { low = middle } else { high = middle }
    }
    return SourceLocation(file: path, line: low + 1, column: offset - lineStarts[low] + 1)
  }

  /// `line:column`, for a place in this file that a message about another place names.
  func shortLocation(of offset: Int) -> String {
    let location = location(of: offset)
    return "\(location.line):\(location.column)"
  }

  /// Where octet `index` of the string value that begins at `start` is written, with the opening
  /// quote and escapes counted.
  func offset(ofOctet index: Int, inStringAt start: Int) -> Int {
    var position = start + 1
    var octet = 0
    while octet < index, position < bytes.count {
      guard bytes[position] == UInt8(ascii: "\\") else {
        position += 1
        octet += 1
        continue
      }
      // The escapes that a message's place is counted over stand for ASCII, one octet each; for
      // others the place is off by the few octets between them.
      position += position + 1 < bytes.count && bytes[position + 1] == UInt8(ascii: "u") ? 6 : 2
      octet += 1
    }
    return position
  }
}
