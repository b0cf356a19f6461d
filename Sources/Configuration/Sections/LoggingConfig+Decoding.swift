extension LoggingConfig {
  enum Key: String, ObjectKey {
    case level, access

    static let later: Set<String> = ["format", "output"]
  }

  enum AccessKey: String, ObjectKey {
    case output, format

    static let later: Set<String> = ["fields"]
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
    case _ where text.hasPrefix("syslog:"):
      let path = String(text.dropFirst(7))
      accessOutput = .syslog(path: path)
      if path.utf8.first != UInt8(ascii: "/") || path.utf8.contains(0) || path.utf8.count > 107 {
        node.fail("expected a socket's absolute path, as in \"syslog:/dev/log\"")
      }
    default:
      accessOutput = .file(path: text)
      if text.utf8.first != UInt8(ascii: "/") || text.utf8.contains(0) {
        node.fail(
          "expected \"stdout\", \"off\", \"syslog:/dev/log\" or a file's absolute path, found \"\(text)\""
        )
      }
    }
  }

  private mutating func readFormat(_ node: Node) {
    guard var text = node.string(), text != "json" else { return }
    // The common log format, and that of Apache and nginx which has two fields more.
    let common =
      "{client} - - [{time_common}] \"{method} {target} {protocol}\" {status} {bytes_out}"
    switch text {
    case "common": text = common
    case "combined": text = common + " \"{referer}\" \"{user_agent}\""
    default: break
    }
    guard text.utf8.contains(UInt8(ascii: "{")) else {
      return node.fail(
        "expected \"json\", \"common\", \"combined\" or a template such as \"{client} {target} {status}\""
      )
    }
    if !text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) {
      node.fail("a line has no control characters; its end is added to it")
    }
    let variables = AccessVariable.allCases.map { ($0.rawValue, AccessPiece.variable($0)) }
    let known = Dictionary(uniqueKeysWithValues: variables)
    accessFormat = .text(node.template(text, variables: known, literal: AccessPiece.literal))
  }
}
