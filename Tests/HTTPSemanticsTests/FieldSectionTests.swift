import Bytes
import HTTPSemantics
import Testing

@Suite("Field sections")
struct FieldSectionTests {
  private func line(_ id: FieldID, at start: Int) -> FieldLine {
    FieldLine(name: ByteRange(start..<(start + 1)), value: ByteRange(), id: id)
  }

  @Test("the first and the only line of a field are found")
  func finds() {
    var section = FieldSection()
    for (start, id) in [FieldID.host, .cookie, .other, .cookie].enumerated() {
      section.append(line(id, at: start))
    }
    #expect(section.contains(.cookie))
    #expect(!section.contains(.via))
    #expect(section.first(.cookie)?.name.start == 1)
    #expect(section.only(.host)?.name.start == 0)
    #expect(section.only(.cookie) == nil)
    #expect(section.first(.via) == nil)
    #expect(section.only(.via) == nil)
  }

  @Test("emptied, it holds nothing and keeps its memory")
  func empties() {
    var section = FieldSection()
    for start in 0..<50 { section.append(line(.host, at: start)) }
    let capacity = section.lines.capacity
    section.removeAll()
    #expect(section.isEmpty)
    #expect(!section.contains(.host))
    #expect(section.lines.capacity == capacity)
  }

  @Test("a line is marked as hop-by-hop by its field, or one by one")
  func hopByHop() {
    var section = FieldSection()
    section.append(line(.te, at: 0))
    section.append(line(.other, at: 1))
    section.append(line(.other, at: 2))
    section.markHopByHop(at: 2)
    #expect(section.lines.map(\.isHopByHop) == [true, false, true])
  }
}
