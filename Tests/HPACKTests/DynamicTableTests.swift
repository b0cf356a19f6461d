import HTTPSemantics
import TestSupport
import Testing

@testable import HPACK

@Suite("The dynamic table, RFC 7541 §4")
struct DynamicTableTests {
  /// The plain way: entries from the newest to the oldest.
  private struct Model {
    var entries: [Field] = []
    var maxSize: Int

    mutating func insert(_ field: Field) {
      entries.insert(field, at: 0)
      while entries.size > maxSize { entries.removeLast() }
    }

    mutating func setMaxSize(_ size: Int) {
      maxSize = size
      while entries.size > maxSize { entries.removeLast() }
    }
  }

  @Test("it holds what the plain way holds, whatever is inserted", arguments: 0..<8)
  func againstModel(seed: UInt64) {
    var random = SplitMix(state: seed)
    var table = EncoderTable(maxSize: 4096)
    var model = Model(maxSize: 4096)
    for _ in 0..<3000 {
      if Int.random(in: 0..<200, using: &random) == 0 {
        let size = [0, 40, 500, 4096, 20_000].randomElement(using: &random) ?? 0
        table.setMaxSize(size)
        model.setMaxSize(size)
      }
      let field = Self.field(&random)
      let expected = model.entries.firstIndex(of: field)
      let hash = table.nameHash(of: field.id, field.name.span)
      var found: (field: Int?, name: Int?) = (nil, nil)
      switch table.find(hash, field.id, name: field.name.span, value: field.value.span) {
      case .field(let age): found.field = age
      case .name(let age): found.name = age
      case .nothing: break
      }
      #expect(found.field == expected)
      let named = table.findName(hash, field.id, name: field.name.span)
      #expect(named == model.entries.firstIndex { $0.name == field.name })
      if expected == nil { #expect(found.name == named) }
      if expected == nil, [field].size <= model.maxSize {
        table.insert(hash, field.id, name: field.name.span, value: field.value.span)
        model.insert(field)
      }
      let (count, size) = (table.table.count, table.table.size)
      #expect(count == model.entries.count && size == model.entries.size)
    }
  }

  @Test("an entry larger than the table empties it")
  func tooLarge() {
    var table = DynamicTable(maxSize: 100)
    let (name, value) = ([UInt8](repeating: 0x61, count: 34), [UInt8](repeating: 0x62, count: 34))
    table.insert(.other, name: name.span, .kept, value: value.span)
    let full = table.size
    #expect(full == 100)
    table.insert(.other, name: name.span, .kept, value: (value + value).span)
    let (count, size) = (table.count, table.size)
    #expect(count == 0 && size == 0)
  }

  private static func field(_ random: inout SplitMix) -> Field {
    let name = ["etag", "x-a", "x-b", "x-c", "cookie"].randomElement(using: &random) ?? ""
    let length = [0, 1, 10, 50, 300].randomElement(using: &random) ?? 0
    let octet = UInt8.random(in: 0x61...0x70, using: &random)
    return Field(name: Array(name.utf8), value: [UInt8](repeating: octet, count: length))
  }
}
