import Testing

@testable import HTTPSemantics

@Suite("Scanning of request targets")
struct TargetScannerTests {
  @Test("in bulk finds what octet by octet finds", arguments: UInt8.min...UInt8.max)
  func sameAsPlain(_ octet: UInt8) {
    let neighbours: [[UInt8]] = [
      [0x61], [0x21, 0x7E], [0x24, 0x26, 0x2D, 0x2F, 0x3E, 0x40, 0x5B],
    ]
    for neighbour in neighbours {
      for place in 0..<19 {
        var bytes = (0..<19).map { neighbour[$0 % neighbour.count] }
        bytes[place] = octet
        let inPath = bytes.firstIndex { !TargetScanner.isPlainInPath($0) } ?? 19
        let inQuery = bytes.firstIndex { !TargetScanner.isPlainInQuery($0) } ?? 19
        let foundInPath = TargetScanner.firstSpecialInPath(bytes.span, from: 0, to: 19)
        let foundInQuery = TargetScanner.firstSpecialInQuery(bytes.span, from: 0, to: 19)
        #expect(foundInPath == inPath)
        #expect(foundInQuery == inQuery)
      }
    }
  }

  @Test("plain octets are visible ASCII, without those that mean something")
  func plain() {
    let visible = UInt8(0x21)...0x7E
    for octet in UInt8.min...UInt8.max {
      let isPlain = visible.contains(octet) && octet != 0x23
      #expect(TargetScanner.isPlainInQuery(octet) == isPlain)
      let meansSomething = Array("?%.\\".utf8).contains(octet)
      #expect(TargetScanner.isPlainInPath(octet) == (isPlain && !meansSomething))
    }
  }

  @Test(
    "a path ends at its query or at what no target has, and says when it may not be normal",
    arguments: [
      ("/a/b", 4, false), ("/a?b", 2, false), ("/a b", 2, false), ("/a#b", 2, false),
      ("/a.b/c", 6, false), ("/a/.b", 5, true), ("/%41?%42", 4, true), ("/a\\b", 4, true),
      ("/a?/./%", 2, false), ("", 0, false), (".", 1, false),
    ])
  func endOfPath(_ text: String, _ end: Int, _ needsNormalizing: Bool) {
    // In the middle of something longer, too.
    for padding in ["", "/./%41/"] {
      let bytes = Array((padding + text + "?.").utf8)
      var needs = false
      let found = TargetScanner.endOfPath(
        bytes.span, from: padding.utf8.count, to: padding.utf8.count + text.utf8.count,
        needsNormalizing: &needs)
      #expect(found == padding.utf8.count + end)
      #expect(needs == needsNormalizing)
    }
  }
}
