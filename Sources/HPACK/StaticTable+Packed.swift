import Bytes
import HTTPSemantics

extension StaticTable {
  /// The entries as those of a dynamic table are kept: name and value side by side, to be copied in
  /// one step.
  struct Packed: Sendable {
    /// More than all names and values have.
    private var octets = InlineArray<1024, UInt8>(repeating: 0)
    /// By their index, as in ``StaticTable/entries``.
    private(set) var entries = InlineArray<62, DynamicTable.Entry>(
      repeating: DynamicTable.Entry(
        start: 0, nameCount: 0, valueCount: 0, id: .other, isPlain: true))

    init() {
      var count = 0
      for index in 0...StaticTable.count {
        let entry = StaticTable.entries[index]
        entries[index] = DynamicTable.Entry(
          start: UInt32(count), nameCount: UInt16(entry.name.utf8CodeUnitCount),
          valueCount: UInt16(entry.value.utf8CodeUnitCount), id: entry.id, isPlain: true)
        for text in [entry.name, entry.value] {
          for place in 0..<text.utf8CodeUnitCount { octets[count + place] = text.octet(at: place) }
          count += text.utf8CodeUnitCount
        }
      }
    }

    /// Appends name and value of `entry` to `output`.
    func copy(_ entry: DynamicTable.Entry, to output: inout OutputBuffer) {
      let start = Int(entry.start)
      output.append(octets.span.extracting(start..<start &+ entry.octets))
    }
  }

  static let packed = Packed()
}
