import Bytes
import CodecTestSupport
import Testing

@Suite("Output buffers")
struct OutputBufferTests {
  @Test("numbers are written without leading zeros")
  func numbers() {
    var output = OutputBuffer(capacity: 1)
    for value: UInt64 in [0, 9, 10, 1234, .max] {
      output.append(decimal: value)
      output.append(" ")
      output.append(hexadecimal: value)
      output.append("\n")
    }
    let written = output.span.text
    #expect(
      written == "0 0\n9 9\n10 a\n1234 4d2\n18446744073709551615 ffffffffffffffff\n")
  }

  @Test("it grows, and is cut and emptied without losing what stays")
  func grows() {
    var output = OutputBuffer(capacity: 2)
    for _ in 0..<100 { output.append(Array("abc".utf8).span) }
    let count = output.count
    #expect(count == 300)
    output.truncate(to: 4)
    output.append(.hyphen)
    let written = output.span.text
    #expect(written == "abca-")
    output.removeAll()
    let isEmpty = output.isEmpty
    #expect(isEmpty)
  }

  @Test("without memory it is empty, and takes some when something is written")
  func nothing() {
    var output = OutputBuffer(capacity: 0)
    let nothing: [UInt8] = []
    output.append(nothing.span)
    output.append("")
    output.removeAll()
    output.truncate(to: 0)
    let before = output.array
    output.append("abc")
    let after = output.array
    #expect(before == [] && after == Array("abc".utf8))
  }

  @Test("what was written can be written over")
  func overwrite() {
    var output = OutputBuffer(capacity: 0)
    output.append("abcdef")
    output.overwrite(Array("XY".utf8).span, at: 0)
    output.overwrite(Array("Z".utf8).span, at: 5)
    let nothing: [UInt8] = []
    output.overwrite(nothing.span, at: 6)
    let written = output.span.text
    #expect(written == "XYcdeZ")
  }

  @Test("words are appended as far as is asked for")
  func words() {
    var output = OutputBuffer(capacity: 1)
    for length in 0...8 {
      output.append(upTo: length) { $0.append(0x6867_6665_6463_6261, length: length) }
    }
    output.append(upTo: 20) { room in
      for _ in 0..<10 { room.append(0x6261, length: 2) }
    }
    let written = output.span.text
    #expect(
      written == "aababcabcdabcdeabcdefabcdefgabcdefgh" + String(repeating: "ab", count: 10))
  }

  @Test(
    "numbers have all their digits, in a room too",
    arguments: [
      0, 7, 10, 99_999_999, 100_000_000, 100_000_001, 12_345_678_901, 9_999_999_999_999_999,
      10_000_000_000_000_000, UInt64.max,
    ])
  func decimals(_ number: UInt64) {
    var output = OutputBuffer(capacity: 1)
    output.append(upTo: 22) { room in
      room.append("<")
      room.append(decimal: number)
      room.append(UInt8(ascii: ">"))
    }
    output.append(decimal: number)
    let written = output.span.text
    #expect(written == "<\(number)>\(number)")
  }

  @Test("every number of up to eight digits has the right ones, and as many as are asked for")
  func fixedDigits() {
    for number in stride(from: UInt64(0), to: 100_000_000, by: 9_973) {
      var output = OutputBuffer(capacity: 32)
      output.append(decimal: number)
      output.append(upTo: 8) { $0.append(decimal: number, digits: 8) }
      let text = "\(number)"
      let padded = String(repeating: "0", count: 8 - text.utf8.count) + text
      let written = output.span.text
      #expect(written == text + padded)
    }
    var output = OutputBuffer(capacity: 32)
    output.append(upTo: 8) { room in
      room.append(decimal: 7, digits: 3)
      room.append(decimal: 1234, digits: 2)
      room.append(decimal: 0, digits: 0)
    }
    let written = output.span.text
    #expect(written == "00734")
  }

  @Test("octets fill a room to the last one")
  func octets() {
    let octets = Array("0123456789".utf8)
    var output = OutputBuffer(capacity: 1)
    output.append(upTo: 20) { room in
      room.append(octets.span)
      room.append(octets.span.extracting(0..<0))
      room.append(octets.span)
    }
    let written = output.span.text
    #expect(written == "01234567890123456789")
  }

  @Test("a literal takes the room that it has, to the last octet")
  func literals() {
    var output = OutputBuffer(capacity: 1)
    output.append(upTo: 26) { $0.append("abcdefghijklmnopqrstuvwxyz") }
    output.append(upTo: 0) { $0.append("") }
    let written = output.span.text
    #expect(written == "abcdefghijklmnopqrstuvwxyz")
  }

  @Test(
    "base64 is padded to whole groups of four (RFC 4648 §10)",
    arguments: [
      ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="),
      ("fooba", "Zm9vYmE="), ("foobar", "Zm9vYmFy"), ("\u{3FF}\u{3FE}\u{7FF}", "z7/Pvt+/"),
    ])
  func base64(_ text: String, _ encoded: String) {
    var output = OutputBuffer(capacity: 1)
    output.append(base64: Array(text.utf8).span)
    let written = output.span.text
    #expect(written == encoded)
  }
}
