extension BalanceConfig {
  enum Field: String, ObjectKey {
    case policy, key
    case loadBound = "load_bound"
  }

  /// A policy's name, or an object.
  init(decoding node: Node) {
    self.init()
    if case .object = node.value.kind {
      guard let object = ObjectNode<Field>(node) else { return }
      if let word = object.required(.policy)?.word(Policy.self) { policy = word }
      readHash(object)
    } else if case .string = node.value.kind {
      if let word = node.word(Policy.self) { policy = word }
      if policy == .hash { node.fail(Self.needsKey) }
    } else {
      node.failType(expected: "a policy or an object with \"policy\"")
    }
  }

  private static let needsKey =
    "a hash needs a key: { \"policy\": \"hash\", \"key\": \"client_address\" }"

  /// Fails where a bound cannot be kept, since there is no load of its kind.
  func checkUnbounded(_ node: Node) {
    guard case .object = node.value.kind, policy == .hash else { return }
    guard let member = node.object()?.members.first(where: { $0.key == Field.loadBound.rawValue })
    else { return }
    node.child(member).fail("has no effect on the choice of subclusters")
  }

  private mutating func readHash(_ object: ObjectNode<Field>) {
    guard policy == .hash else {
      for field in [Field.key, .loadBound] {
        object[field]?.fail("has no effect with policy \(policy.rawValue)")
      }
      return
    }
    if let node = object[.key] {
      key = Key(decoding: node)
    } else if !object.isDamaged {
      object.node.fail(Self.needsKey)
    }
    if let bound = object[.loadBound]?.hundredths(in: Ranges.loadBound, orZero: true) {
      loadBound = bound
    }
  }
}

extension BalanceConfig.Key {
  enum Field: String, ObjectKey { case header, cookie, query }

  /// Nil when the problem is reported.
  init?(decoding node: Node) {
    switch node.value.kind {
    case .string("client_address"): self = .clientAddress
    case .string("path"): self = .path
    case .object:
      guard let object = ObjectNode<Field>(node) else { return nil }
      guard object.members.count == 1, let (field, place) = object.members.first else {
        if !object.isDamaged { node.fail("expected one of header, cookie and query") }
        return nil
      }
      guard let name = place.string() else { return nil }
      if field == .query ? name.isEmpty : !isToken(name) {
        place.fail("\"\(name)\" is no name of a \(field == .query ? "parameter" : field.rawValue)")
        return nil
      }
      switch field {
      case .header: self = .header(name.lowercased())
      case .cookie: self = .cookie(name)
      case .query: self = .query(name)
      }
    case .string, .null, .bool, .number, .array, .invalid:
      node.failType(
        expected: "\"client_address\", \"path\" or an object with header, cookie or query")
      return nil
    }
  }
}

extension Node {
  /// A number with up to two decimals, in hundredths.
  func hundredths(in range: ClosedRange<Int>, orZero: Bool = false) -> Int? {
    guard case .number(let text) = value.kind else {
      failType(expected: "a number such as 1.25")
      return nil
    }
    let parts = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    let decimals = parts.count == 2 ? Array(parts[1]) : []
    guard parts.count <= 2, decimals.count <= 2, decimals.allSatisfy({ 0x30...0x39 ~= $0 }),
      let whole = Int(String(Substring(parts[0]))), abs(whole) < 1_000_000
    else {
      fail("expected a number with at most two decimals, found \(text)")
      return nil
    }
    let digits = decimals.map { Int($0 - 0x30) } + [0, 0]
    let number = whole * 100 + digits[0] * 10 + digits[1]
    if range.contains(number) || orZero && number == 0 { return number }
    let (low, high) = (decimal(range.lowerBound), decimal(range.upperBound))
    fail("\(text) is outside \(low)...\(high)\(orZero ? ", and 0 for none" : "")")
    return nil
  }
}

/// Hundredths as the configuration writes them: `1.25`, `10`.
private func decimal(_ hundredths: Int) -> String {
  let (whole, rest) = (hundredths / 100, hundredths % 100)
  if rest == 0 { return "\(whole)" }
  return rest % 10 == 0 ? "\(whole).\(rest / 10)" : "\(whole).\(rest < 10 ? "0" : "")\(rest)"
}
