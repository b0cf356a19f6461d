/// `path` as seen from the file that includes it.
func resolve(_ path: String, from file: String) -> String {
  guard path.utf8.first != UInt8(ascii: "/"),
    let slash = file.utf8.lastIndex(of: UInt8(ascii: "/"))
  else { return path }
  return String(file[...slash]) + path
}

/// Whether `path` is a pattern of glob(7).
func isGlob(_ path: String) -> Bool {
  path.utf8.contains(where: isGlobOctet)
}

/// Whether `byte` makes a pattern of a path.
func isGlobOctet(_ byte: UInt8) -> Bool {
  byte == UInt8(ascii: "*") || byte == UInt8(ascii: "?") || byte == UInt8(ascii: "[")
}

/// `path` without `.`, `..` and doubled slashes, so that one file has one name. Symbolic links are
/// not looked at.
func normalized(_ path: String) -> String {
  var parts: [Substring] = []
  let isAbsolute = path.utf8.first == UInt8(ascii: "/")
  for part in path.split(separator: "/") where part != "." {
    if part == "..", let last = parts.last, last != ".." {
      parts.removeLast()
    } else if part != ".." || !isAbsolute {
      parts.append(part)
    }
  }
  return (isAbsolute ? "/" : "") + parts.joined(separator: "/")
}
