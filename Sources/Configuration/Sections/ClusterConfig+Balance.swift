// How a cluster's requests are divided.
extension ClusterConfig {
  mutating func readBalance(_ object: ObjectNode<Key>) {
    if let node = object[.balance] { balance = BalanceConfig(decoding: node) }
    if let node = object[.split] { readSplit(node) }
    object.read(.spillBelow, into: &spillBelow, in: Ranges.percent)
    if let node = object[.prefer] { readPreferred(node) }
    guard let node = object[.sticky] else { return }
    sticky = StickyConfig(decoding: node)
    if balance.policy == .hash {
      node.fail("with policy hash the request says where it goes, not the session")
    }
  }

  private mutating func readSplit(_ node: Node) {
    split = BalanceConfig(decoding: node)
    split.checkUnbounded(node)
    switch split.policy {
    case .weightedRoundRobin, .hash: break
    case .leastRequests, .twoChoices, .peakEWMA:
      node.fail("subclusters are chosen by weighted_round_robin or hash")
    }
    if subclusters.count == 1 { node.warn("has no effect with one subcluster") }
  }

  private mutating func readPreferred(_ node: Node) {
    guard let name = node.string() else { return }
    prefer = name
    guard let subcluster = subclusters.first(where: { $0.name == name }) else {
      let names = subclusters.map(\.name)
      return node.fail(
        "there is no subcluster \"\(name)\"\(node.suggestion(for: name, among: names))")
    }
    if subcluster.refuse != nil {
      node.fail("the subcluster refuses its share")
    } else if subcluster.weight == 0 {
      node.fail("the subcluster has weight 0, which gets nothing")
    } else if subcluster.priority > 0 {
      node.fail("the subcluster has priority \(subcluster.priority); what is preferred comes first")
    }
  }
}

extension StickyConfig {
  enum Key: String, ObjectKey {
    case cookie, secret, lifetime, path
    case secretFile = "secret_file"
    case sameSite = "same_site"
  }

  /// Nil when it lacks what it needs, which is reported.
  init?(decoding node: Node) {
    guard let object = ObjectNode<Key>(node) else { return nil }
    let cookie = object.required(.cookie)
    let name = cookie?.string()
    if let cookie, let name, !isToken(name) { cookie.fail("\"\(name)\" is no name of a cookie") }
    let secret = Self.secret(object)
    guard let name, let secret else { return nil }
    self.init(cookie: name, secret: secret)
    object.read(.lifetime, into: &lifetime, in: Ranges.session)
    object.read(.path, into: &path)
    let isPlain = isFieldValue(path) && !path.utf8.contains(UInt8(ascii: ";"))
    if path.utf8.first != UInt8(ascii: "/") || !isPlain {
      object[.path]?.fail("expected a path that begins with \"/\"")
    }
    object.read(.sameSite, into: &sameSite)
  }

  private static func secret(_ object: ObjectNode<Key>) -> Secret? {
    if let file = object[.secretFile] {
      object[.secret]?.fail("has no place beside secret_file")
      return file.fileReference().map { .file($0) }
    }
    guard let node = object[.secret] else {
      object.requireOne(of: .secret, .secretFile)
      return nil
    }
    guard let text = node.string() else { return nil }
    if text.utf8.count < minSecret {
      node.fail("a secret has at least \(minSecret) characters, which nobody can guess")
    }
    return .text(text)
  }
}
