/// A value that is being decoded: what it is, what it is called, and where it stands.
///
/// Every reading function reports what is wrong and gives nil, so that decoding goes on with the
/// default and finds the next problem.
struct Node {
  let value: JSONValue
  let path: ConfigurationPath
  let file: SourceFile
  let log: ProblemLog

  var location: SourceLocation { file.location(of: value.offset) }

  /// Reports an error at this value, or at the octet `index` of this string.
  func fail(_ message: String, atOctet index: Int? = nil) {
    let offset = index.map { file.offset(ofOctet: $0, inStringAt: value.offset) } ?? value.offset
    report(.error, message, at: offset)
  }

  func warn(_ message: String) { report(.warning, message, at: value.offset) }

  private func report(_ severity: ConfigurationProblem.Severity, _ message: String, at offset: Int)
  {
    log.add(
      ConfigurationProblem(
        severity, at: file.location(of: offset), path: path.description, message: message))
  }

  func string() -> String? {
    if case .string(let text) = value.kind { return text }
    failType(expected: "a string")
    return nil
  }

  func bool() -> Bool? {
    if case .bool(let value) = value.kind { return value }
    failType(expected: "true or false")
    return nil
  }

  func integer(in range: ClosedRange<Int>) -> Int? {
    guard case .number(let text) = value.kind else {
      failType(expected: "a whole number")
      return nil
    }
    // A number too long for Int is outside every range; a fraction or an exponent is none of ours.
    let isWhole = text.utf8.allSatisfy { 0x30...0x39 ~= $0 || $0 == UInt8(ascii: "-") }
    guard isWhole else {
      fail("expected a whole number, found \(text)")
      return nil
    }
    guard let number = Int(text), range.contains(number) else {
      fail("\(text) is outside \(range.lowerBound)...\(range.upperBound)")
      return nil
    }
    return number
  }

  /// The elements of an array that must not be empty; or this value alone, as an array of one.
  func oneOrMore() -> [Node]? {
    guard case .array = value.kind else { return [self] }
    guard let elements = elements() else { return nil }
    if elements.isEmpty { fail("must not be empty") }
    return elements
  }

  func elements() -> [Node]? {
    guard case .array(let elements) = value.kind else {
      failType(expected: "an array")
      return nil
    }
    return elements.enumerated().map { index, element in
      Node(value: element, path: .index(index, in: path), file: file, log: log)
    }
  }

  /// The members of an object whose keys are names that the configuration chooses.
  func namedMembers() -> [(name: String, node: Node)]? {
    guard let object = object() else { return nil }
    return object.members.map { member in
      let node = child(member)
      if let problem = nameProblem(member.key) {
        log.add(
          ConfigurationProblem(
            .error, at: file.location(of: member.keyOffset), path: node.path.description,
            message: problem))
      }
      return (member.key, node)
    }
  }

  func object() -> JSONObject? {
    if case .object(let object) = value.kind { return object }
    failType(expected: "an object")
    return nil
  }

  func child(_ member: JSONObject.Member) -> Node {
    Node(value: member.value, path: .key(member.key, in: path), file: file, log: log)
  }

  func failType(expected: String) {
    if case .invalid = value.kind { return }
    fail("expected \(expected), found \(value.kind.description)")
  }
}

extension JSONValue.Kind: CustomStringConvertible {
  /// For messages: `a string`, `5`.
  var description: String {
    switch self {
    case .null: "null"
    case .bool(let value): value ? "true" : "false"
    case .number(let text): text
    case .string: "a string"
    case .array: "an array"
    case .object: "an object"
    case .invalid: "nothing"
    }
  }
}

/// Why `name` cannot name a listener, route, cluster or subcluster: names go into logs, metrics
/// and headers as they are.
func nameProblem(_ name: String) -> String? {
  let isPlain = name.utf8.allSatisfy { isWordOctet($0) && $0 != UInt8(ascii: "+") }
  guard isPlain, (1...100).contains(name.utf8.count) else {
    return "a name is 1 to 100 letters, digits, \"-\", \"_\" and \".\""
  }
  return nil
}
