import Proxy
import Testing

@Suite("Loops found by Via, RFC 9110 §7.6.3")
struct ViaFieldTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let value: String
    let isLoop: Bool
    var testDescription: String { value.debugDescription }

    init(_ value: String, _ isLoop: Bool) { (self.value, self.isLoop) = (value, isLoop) }
  }

  static let cases: [Case] = [
    Case("1.1 portico", true),
    Case("1.0 fred, 1.1 portico", true),
    Case("1.1 portico, 1.0 fred", true),
    Case("HTTP/1.1 Portico (Portico/1.0)", true),
    Case("1.1\tportico(x)", true),
    Case("  ,, 1.1   portico  ", true),
    Case("1.0 fred (a, b), 1.1 portico", true),
    Case("1.0 fred (a (nested, b) c\\) d), 1.1 portico", true),
    Case("2 portico,1.1 fred", true),
    // Hidden behind what the client began and never ended.
    Case("1.1 x (, 1.1 portico", true),
    Case("1.1 x (a\\, 1.1 portico", true),
    Case("1.1 x (()(, 1.1 portico", true),
    // Others
    Case("", false),
    Case(" , ", false),
    Case("1.1 fred", false),
    Case("portico", false),
    Case("portico fred", false),
    Case("1.1 portico:8080", false),
    Case("1.1 portico.example", false),
    Case("1.1 my-portico", false),
    Case("1.1 fred (1.1 portico)", false),
    Case("1.1 fred (x, 1.1 portico)", false),
    Case("1.1 fred (x (y), 1.1 portico), 1.1 george", false),
    Case("1.1 [::1]:80", false),
    Case("1.1 fred portico", false),
  ]

  @Test("only a member received by exactly our name is a loop", arguments: cases)
  func loop(_ c: Case) {
    #expect(isLoop(octets(c.value)[...]) == c.isLoop)
  }

  @Test("however a value is cut, a name that is found was in it", arguments: cases)
  func cut(_ c: Case) {
    let value = octets(c.value)
    for end in value.indices where isLoop(value[..<end]) {
      #expect(String(decoding: value[..<end], as: UTF8.self).lowercased().contains("portico"))
    }
  }

  @Test("kilobytes of open comments are read in one go")
  func openComments() {
    let value = octets(String(repeating: "(", count: 32_000) + ",1.1 portico")
    #expect(isLoop(value[...]))
  }

  private func isLoop(_ value: ArraySlice<UInt8>) -> Bool {
    ViaField.names(octets("portico").span, in: value.span)
  }
}
