import Configuration

/// The files that one input stands for.
struct InputFiles: FileSource {
  static let main = "p.json"
  private static let names = [main, "a.json", "b.json"]

  var contents: [String: [UInt8]] = [:]

  init(_ input: [UInt8]) {
    let parts = input.split(
      separator: 0xFF, maxSplits: Self.names.count - 1, omittingEmptySubsequences: false)
    for (name, part) in zip(Self.names, parts) { contents[name] = Array(part) }
  }

  func read(_ path: String) throws(FileError) -> [UInt8] {
    guard let content = contents[path] else { throw FileError("no such file") }
    return content
  }

  /// Every pattern matches both included files.
  func paths(matching glob: String) -> [String] { contents.keys.filter { $0 != Self.main } }

  /// Whether there is such a line and column, or the file as a whole is meant.
  func hold(_ location: SourceLocation) -> Bool {
    if location.line == 0 { return !location.file.isEmpty }
    guard let content = contents[location.file] else { return false }
    let lines = content.split(separator: 0x0A, omittingEmptySubsequences: false)
    return location.line <= max(lines.count, 1)
      && 1...((lines.isEmpty ? 0 : lines[location.line - 1].count) + 1) ~= location.column
  }
}
