/// The keys of one kind of object in the configuration language.
protocol ObjectKey: RawRepresentable<String>, CaseIterable, Hashable, Sendable {
  /// Keys that a later version will know; they are refused as such, not as typing errors.
  static var later: Set<String> { get }
}

extension ObjectKey {
  static var later: Set<String> { [] }
}

/// An object whose keys are known. Making one reports the keys that are not.
struct ObjectNode<Key: ObjectKey> {
  let node: Node
  /// In the order of the file.
  let members: [(key: Key, node: Node)]
  let isDamaged: Bool

  /// Nil, with the problem reported, when `node` is no object.
  init?(_ node: Node, keyedBy: Key.Type = Key.self) {
    guard let object = node.object() else { return nil }
    self.node = node
    isDamaged = object.isDamaged
    var members: [(key: Key, node: Node)] = []
    for member in object.members {
      if let key = Key(rawValue: member.key) {
        members.append((key, node.child(member)))
      } else {
        Self.refuse(member, of: node)
      }
    }
    self.members = members
  }

  private static func refuse(_ member: JSONObject.Member, of node: Node) {
    let message: String
    if Key.later.contains(member.key) {
      message = "is not yet supported"
    } else if let known = nearest(to: member.key, among: Key.allCases.lazy.map(\.rawValue)) {
      message = "there is no such key; did you mean \"\(known)\"?"
    } else {
      message = "there is no such key"
    }
    node.log.add(
      ConfigurationProblem(
        .error, at: node.file.location(of: member.keyOffset),
        path: node.child(member).path.description, message: message))
  }

  subscript(key: Key) -> Node? {
    members.firstIndex { $0.key == key }.map { members[$0].node }
  }

  /// The value of a key that must be there.
  func required(_ key: Key) -> Node? {
    if let node = self[key] { return node }
    // What is missing may be in the part that could not be read.
    if !isDamaged { node.fail("the key \"\(key.rawValue)\" is required") }
    return nil
  }

  /// Reports that there is neither of two keys, if so.
  func requireOne(of one: Key, _ other: Key) {
    guard self[one] == nil, self[other] == nil, !isDamaged else { return }
    node.fail("one of the keys \"\(one.rawValue)\" and \"\(other.rawValue)\" is required")
  }

  // Each of these overwrites `value` when the key is there and right, and else leaves the default.

  func read(_ key: Key, into value: inout String) {
    if let text = self[key]?.string() { value = text }
  }

  func read(_ key: Key, into value: inout Bool) {
    if let given = self[key]?.bool() { value = given }
  }

  func read(_ key: Key, into value: inout Int, in range: ClosedRange<Int>) {
    if let number = self[key]?.integer(in: range) { value = number }
  }

  func read(_ key: Key, into value: inout Int?, in range: ClosedRange<Int>) {
    if let number = self[key]?.integer(in: range) { value = number }
  }

  func read(_ key: Key, into value: inout Duration, in range: ClosedRange<Duration>) {
    if let duration = self[key]?.duration(in: range) { value = duration }
  }

  func read(_ key: Key, into value: inout Duration?, in range: ClosedRange<Duration>) {
    if let duration = self[key]?.duration(in: range) { value = duration }
  }

  func read(_ key: Key, intoSize value: inout Int, in range: ClosedRange<Int>) {
    if let size = self[key]?.size(in: range) { value = size }
  }

  func read<Word: RawRepresentable<String> & CaseIterable>(_ key: Key, into value: inout Word) {
    if let word = self[key]?.word(Word.self) { value = word }
  }
}

extension Node {
  /// One of a set of words.
  func word<Word: RawRepresentable<String> & CaseIterable>(_ type: Word.Type) -> Word? {
    let words = Word.allCases.map(\.rawValue)
    guard case .string(let text) = value.kind else {
      failType(expected: "one of \(words.joined(separator: ", "))")
      return nil
    }
    if let word = Word(rawValue: text) { return word }
    let list = words.joined(separator: ", ")
    fail("expected one of \(list), found \"\(text)\"\(suggestion(for: text, among: words))")
    return nil
  }

  /// `; did you mean "x"?`, or nothing.
  func suggestion(for text: String, among known: @autoclosure () -> [String]) -> String {
    guard log.wantsSuggestions, let near = nearest(to: text, among: known()) else { return "" }
    return "; did you mean \"\(near)\"?"
  }
}
