extension JSONReader {
  mutating func readObject(depth: Int) -> JSONObject {
    let start = position
    let problemsBefore = problems.count
    var object = JSONObject()
    var keys: [String: Int] = [:]
    position += 1
    reading: while true {
      skipTrivia()
      switch current {
      case UInt8(ascii: "}")?:
        position += 1
        break reading
      case nil:
        fail("the file ends inside the object that begins at \(file.shortLocation(of: start))")
        break reading
      case UInt8(ascii: "]")?:
        fail("expected \"}\", found \"]\"")
        position += 1
        break reading
      case UInt8(ascii: ",")?:
        fail("expected a key, found \",\"")
        position += 1
        continue
      default:
        if let member = readMember(depth: depth) { add(member, to: &object, keys: &keys) }
      }
      readComma(before: UInt8(ascii: "}"))
    }
    object.isDamaged = problems.count > problemsBefore
    return object
  }

  private mutating func add(
    _ member: JSONObject.Member, to object: inout JSONObject, keys: inout [String: Int]
  ) {
    // RFC 8259 §4 leaves the meaning of a repeated key open; readers disagree, so it is refused.
    if let first = keys[member.key] {
      let place = file.shortLocation(of: first)
      repeatedKeys += 1
      return fail("the key \"\(member.key)\" is here already, at \(place)", at: member.keyOffset)
    }
    keys[member.key] = member.keyOffset
    object.members.append(member)
  }

  private mutating func readMember(depth: Int) -> JSONObject.Member? {
    let start = position
    guard let key = readKey() else {
      skipToSeparator()
      return nil
    }
    skipTrivia()
    switch current {
    case UInt8(ascii: ":")?: position += 1
    case UInt8(ascii: "=")?:
      fail("expected \":\", found \"=\"")
      position += 1
    default: fail("expected \":\" after the key \"\(key)\", found \(found())")
    }
    skipTrivia()
    switch current {
    case UInt8(ascii: ",")?, UInt8(ascii: "}")?, UInt8(ascii: "]")?, nil:
      if current != nil { fail("expected a value for \"\(key)\", found \(found())") }
      let missing = JSONValue(kind: .invalid, offset: position)
      return JSONObject.Member(key: key, keyOffset: start, value: missing)
    default:
      return JSONObject.Member(key: key, keyOffset: start, value: readValue(depth: depth))
    }
  }

  private mutating func readKey() -> String? {
    guard let byte = current else { return nil }
    if byte == UInt8(ascii: "\"") { return readString() }
    guard isWordOctet(byte) else {
      fail("expected a key in double quotes, found \(found())")
      return nil
    }
    let word = wordRange()
    let key = String(decoding: bytes[word], as: UTF8.self)
    fail("expected a key in double quotes, found \(key)")
    position = word.upperBound
    return key
  }
}
