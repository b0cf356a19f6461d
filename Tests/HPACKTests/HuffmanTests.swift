import Bytes
import TestSupport
import Testing

@testable import HPACK

@Suite("The Huffman code, RFC 7541 §5.2")
struct HuffmanTests {
  static func encoded(_ octets: [UInt8], _ letters: Letters = .kept) -> [UInt8] {
    var output = OutputBuffer(capacity: 1)
    let count = Huffman.encodedCount(of: octets.span, letters)
    Huffman.encode(octets.span, letters, count: count, into: &output)
    return output.array
  }

  static func decoded(_ octets: [UInt8], behind: [UInt8] = []) throws(HPACKError) -> [UInt8] {
    var output = OutputBuffer(capacity: 1)
    // With octets before and behind, which are none of its business.
    let block = [0x55] + octets + behind
    try Huffman.decode(block.span, 1..<1 + octets.count, into: &output)
    return output.array
  }

  /// The plain way: bit by bit, by the codes themselves.
  static func oracle(_ octets: [UInt8]) throws(HPACKError) -> [UInt8] {
    var decoded: [UInt8] = []
    var (code, length): (UInt32, UInt8) = (0, 0)
    for octet in octets {
      for bit in (0..<8).reversed() {
        code = code << 1 | UInt32(octet >> bit & 1)
        length += 1
        if length == 30, code == 0x3FFF_FFFF { throw .endOfStringSymbol }
        if let symbol = symbols[Code(bits: code, length: length)] {
          decoded.append(symbol)
          (code, length) = (0, 0)
        }
      }
    }
    guard length < 8, code == 1 << length - 1 else { throw .invalidPadding }
    return decoded
  }

  struct Code: Hashable {
    var bits: UInt32
    var length: UInt8
  }

  static let symbols = Dictionary(
    uniqueKeysWithValues: (0..<256).map { symbol in
      (Code(bits: Huffman.codes[symbol], length: Huffman.lengths[symbol]), UInt8(symbol))
    })

  @Test("every octet is encoded and decoded, alone and beside every other")
  func pairs() throws {
    for first in UInt8.min...UInt8.max {
      #expect(try Self.decoded(Self.encoded([first])) == [first])
      for second in UInt8.min...UInt8.max where second % 7 == first % 7 {
        let octets = [first, second, first]
        #expect(try Self.decoded(Self.encoded(octets)) == octets)
      }
    }
  }

  @Test("the length is known before encoding")
  func lengths() {
    var random = SplitMix(state: 1)
    for count in 0..<200 {
      let octets = (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
      for letters in [Letters.kept, .lowered] {
        let count = Huffman.encodedCount(of: octets.span, letters)
        #expect(Self.encoded(octets, letters).count == count)
      }
    }
  }

  @Test("capital letters are written as small ones where that is asked for")
  func lowered() throws {
    #expect(try Self.decoded(Self.encoded(Array("X-Az[".utf8), .lowered)) == Array("x-az[".utf8))
  }

  @Test("anything is decoded as by the plain way, or refused as by it")
  func againstOracle() {
    var random = SplitMix(state: 2)
    for round in 0..<20_000 {
      let count = Int.random(in: 0...24, using: &random)
      var octets = (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
      // Ones are what long codes, padding and EOS are made of.
      if round % 2 == 0 {
        for index in octets.indices where Bool.random(using: &random) { octets[index] = 0xFF }
      }
      let plain = outcome { () throws(HPACKError) in try Self.oracle(octets) }
      for count in [0, 1, 8] {
        let behind = (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
        let decoded = outcome { () throws(HPACKError) in
          try Self.decoded(octets, behind: behind)
        }
        #expect(decoded == plain)
      }
    }
  }

  @Test(
    "padding is at most seven bits, and all ones",
    arguments: [
      ("07", Optional([UInt8]("0".utf8)), HPACKError?.none),
      ("00", nil, .invalidPadding), ("06", nil, .invalidPadding),
      ("ff", nil, .invalidPadding), ("07ff", nil, .invalidPadding),
      ("07ffffff", nil, .invalidPadding), ("ffffffff", nil, .endOfStringSymbol),
      ("fffffffc", nil, .endOfStringSymbol), ("07ffffffff07070707", nil, .endOfStringSymbol),
      ("", [], nil),
    ])
  func padding(hex: String, octets: [UInt8]?, error: HPACKError?) {
    let expected: Result<[UInt8], HPACKError>? =
      octets.map { .success($0) } ?? error.map { .failure($0) }
    #expect(outcome { () throws(HPACKError) in try Self.decoded([UInt8](hex: hex)) } == expected)
  }

  private func outcome(
    _ body: () throws(HPACKError) -> [UInt8]
  ) -> Result<[UInt8], HPACKError> {
    Result { () throws(HPACKError) in try body() }
  }
}
