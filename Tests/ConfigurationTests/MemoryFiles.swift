import Configuration

/// Files in memory.
struct MemoryFiles: FileSource {
  var files: [String: String]
  /// Patterns in whose directories nothing can be read, and why.
  var unreadable: [String: String] = [:]

  func read(_ path: String) throws(FileError) -> [UInt8] {
    guard let content = files[path] else { throw FileError("no such file") }
    return Array(content.utf8)
  }

  /// Knows one `*` only, which is enough here.
  func paths(matching glob: String) throws(FileError) -> [String] {
    if let reason = unreadable[glob] { throw FileError(reason) }
    let parts = glob.split(separator: "*", maxSplits: 1, omittingEmptySubsequences: false)
    return files.keys.filter { path in
      path.hasPrefix(parts[0]) && path.hasSuffix(parts[1])
        && !path.dropFirst(parts[0].count).dropLast(parts[1].count).contains("/")
    }
  }
}

/// One file, of any octets.
struct OneFile: FileSource {
  let content: [UInt8]

  func read(_ path: String) throws(FileError) -> [UInt8] { content }
  func paths(matching glob: String) -> [String] { [] }
}

/// What loading `text` as the main file `p.json` comes to.
func load(_ text: String, with others: [String: String] = [:]) -> ConfigurationResult {
  let files = MemoryFiles(files: others.merging(["p.json": text]) { $1 })
  return loadConfiguration(at: "p.json", from: files)
}

extension ConfigurationResult {
  /// The problems as `portico check` prints them.
  var lines: [String] { problems.map(\.description) }
}
