import Testing

@testable import Daemon

@Suite("Tables for a terminal")
struct TextTableTests {
  @Test("columns are as wide as their widest cell, with numbers on the right")
  func widths() {
    var table = TextTable(["NAME", "COUNT", "STATE"])
    table.add(["a", "5", "up"])
    table.add(["longer", "1234567", "-"])
    #expect(
      table.text == """
        NAME    COUNT    STATE
        a             5  up
        longer  1234567  -

        """)
  }
}
