/// A place in a configuration document, printed as `clusters.api.subclusters.east.weight`.
indirect enum ConfigurationPath {
  case root
  case key(String, in: ConfigurationPath)
  case index(Int, in: ConfigurationPath)
}

extension ConfigurationPath: CustomStringConvertible {
  var description: String {
    switch self {
    case .root: ""
    case .index(let index, let parent): "\(parent)[\(index)]"
    case .key(let key, let parent):
      if !key.isEmpty, key.utf8.allSatisfy(isPlain) {
        if case .root = parent { key } else { "\(parent).\(key)" }
      } else {
        "\(parent)[\"\(key)\"]"
      }
    }
  }
}

/// Whether an octet needs no quotes in a path.
private func isPlain(_ byte: UInt8) -> Bool {
  isWordOctet(byte) && byte != UInt8(ascii: ".") || byte == UInt8(ascii: "$")
}
