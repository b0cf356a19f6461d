extension LoggingConfig {
  enum Key: String, ObjectKey {
    case level, access

    static let later: Set<String> = ["format", "output"]
  }

  enum AccessKey: String, ObjectKey {
    case output, format

    static let later: Set<String> = ["fields", "sample"]
  }

  init(decoding node: Node) {
    self.init()
    guard let object = ObjectNode<Key>(node) else { return }
    object.read(.level, into: &level)
    guard let node = object[.access], let access = ObjectNode<AccessKey>(node) else { return }
    if let node = access[.output] { readOutput(node) }
    if let node = access[.format] { readFormat(node) }
  }

  private mutating func readOutput(_ node: Node) {
    guard let text = node.string() else { return }
    switch text {
    case "off": accessOutput = .off
    case "stdout": accessOutput = .standardOutput
    default:
      accessOutput = .file(path: text)
      if text.utf8.first != UInt8(ascii: "/") || text.utf8.contains(0) {
        node.fail("expected \"stdout\", \"off\" or a file's absolute path, found \"\(text)\"")
      }
    }
  }

  private mutating func readFormat(_ node: Node) {
    guard let text = node.string(), text != "json" else { return }
    guard text.utf8.contains(UInt8(ascii: "{")) else {
      return node.fail("expected \"json\" or a template such as \"{client} {target} {status}\"")
    }
    if !text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) {
      node.fail("a line has no control characters; its end is added to it")
    }
    let variables = AccessVariable.allCases.map { ($0.rawValue, AccessPiece.variable($0)) }
    let known = Dictionary(uniqueKeysWithValues: variables)
    accessFormat = .text(node.template(text, variables: known, literal: AccessPiece.literal))
  }
}
