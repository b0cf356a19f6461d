import Bytes
import Testing

@testable import HPACK

@Suite("Integers and strings, RFC 7541 §5")
struct PrimitivesTests {
  @Test(
    "the examples of Appendix C.1",
    arguments: [(10, UInt8(5), "0a"), (1337, 5, "1f9a0a"), (42, 8, "2a")])
  func examples(value: Int, prefixBits: UInt8, hex: String) throws {
    let octets = [UInt8](hex: hex)
    #expect(written(value, prefixBits) == octets)
    #expect(try read(octets, prefixBits) == value)
  }

  @Test("integers are read as they were written", arguments: 4...8 as ClosedRange<UInt8>)
  func roundTrip(prefixBits: UInt8) throws {
    let edges = [0x7F, 0x80, 0xFF, 0x100, 0x3FFF, 0x4000, 0x1F_FFFF, Int(UInt32.max)]
    for value in Array(0...600) + edges + edges.map({ $0 - 1 }) {
      let octets = written(value, prefixBits)
      #expect(try read(octets, prefixBits) == value)
      for end in octets.indices {
        #expect(throws: HPACKError.truncated) { try read(Array(octets[..<end]), prefixBits) }
      }
    }
  }

  @Test("the bits above the prefix do not count")
  func pattern() throws {
    #expect(try read([0xE0 | 10], 5) == 10)
  }

  private func written(_ value: Int, _ prefixBits: UInt8) -> [UInt8] {
    var output = OutputBuffer(capacity: 1)
    output.append(integer: value, prefixBits: prefixBits, pattern: 0)
    return output.array
  }

  private func read(_ octets: [UInt8], _ prefixBits: UInt8) throws(HPACKError) -> Int {
    var reader = BlockReader()
    let value = try reader.integer(octets.span, prefixBits: prefixBits)
    if reader.position != octets.count { throw .truncated }
    return value
  }
}
