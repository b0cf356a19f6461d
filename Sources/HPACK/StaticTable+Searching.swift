import Bytes
import HTTPSemantics

extension StaticTable {
  /// The index of the entry with exactly this field; nil when there is none.
  static func index(of id: FieldID, value: Span<UInt8>) -> Int? {
    switch id {
    case .methodPseudo: value.equals("GET") ? 2 : value.equals("POST") ? 3 : nil
    case .pathPseudo: value.equals("/") ? 4 : value.equals("/index.html") ? 5 : nil
    case .schemePseudo: value.equals("http") ? 6 : value.equals("https") ? 7 : nil
    case .acceptEncoding: value.equals("gzip, deflate") ? 16 : nil
    default: nil
    }
  }

  /// The index of the entry with exactly this `:status`; nil when there is none.
  static func index(ofStatus status: UInt16) -> Int? {
    switch status {
    case 200: 8
    case 204: 9
    case 206: 10
    case 304: 11
    case 400: 12
    case 404: 13
    case 500: 14
    default: nil
    }
  }

  /// The index of the first entry with this name; nil when there is none.
  ///
  /// - Parameter name: In either case. It is read only when `id` does not say all.
  static func nameIndex(of id: FieldID, name: Span<UInt8>) -> Int? {
    if id == .other { return nameIndex(ofOther: name) }
    let index = nameIndices[Int(id.rawValue)]
    return index == 0 ? nil : Int(index)
  }

  /// For each ``FieldID``, by its raw value, the index of the first entry that has it, or 0.
  private static let nameIndices: InlineArray<64, UInt8> = {
    var indices = InlineArray<64, UInt8>(repeating: 0)
    for index in (1...count).reversed() where entries[index].id != .other {
      indices[Int(entries[index].id.rawValue)] = UInt8(index)
    }
    return indices
  }()

  /// The names of the table that no ``FieldID`` stands for.
  private static func nameIndex(ofOther name: Span<UInt8>) -> Int? {
    switch name.count {
    case 4: name.equalsIgnoringCase("from") ? 37 : name.equalsIgnoringCase("link") ? 45 : nil
    case 5: name.equalsIgnoringCase("allow") ? 22 : nil
    case 7: name.equalsIgnoringCase("refresh") ? 52 : nil
    case 13: name.equalsIgnoringCase("accept-ranges") ? 18 : nil
    case 14: name.equalsIgnoringCase("accept-charset") ? 15 : nil
    case 16:
      name.equalsIgnoringCase("content-language")
        ? 27 : name.equalsIgnoringCase("content-location") ? 29 : nil
    case 19: name.equalsIgnoringCase("content-disposition") ? 25 : nil
    case 25: name.equalsIgnoringCase("strict-transport-security") ? 56 : nil
    case 27: name.equalsIgnoringCase("access-control-allow-origin") ? 20 : nil
    default: nil
    }
  }
}
