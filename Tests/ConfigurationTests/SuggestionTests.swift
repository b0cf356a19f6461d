import Testing

@testable import Configuration

@Suite("Suggestions")
struct SuggestionTests {
  static let known = ["max_head", "max_fields", "bind", "timeouts", "protocols"]

  @Test(
    "the nearest known word, however it is styled",
    arguments: [
      ("max_haed", "max_head"), ("maxHead", "max_head"), ("max-head", "max_head"),
      ("maxhead", "max_head"),
      ("bnid", "bind"), ("bin", "bind"), ("timeout", "timeouts"), ("protocol", "protocols"),
      ("Max_Fields", "max_fields"),
    ])
  func near(text: String, expected: String) {
    #expect(nearest(to: text, among: Self.known) == expected)
  }

  @Test(
    "nothing for a short word, of which no letter or one of two is right",
    arguments: [("x", "a"), ("ab", "ac"), ("ee", "e"), ("abc", "xyz"), ("", "a")])
  func short(text: String, known: String) {
    #expect(nearest(to: text, among: [known]) == nil)
    #expect(nearest(to: known.uppercased(), among: [known]) == known)
  }

  @Test(
    "nothing for a word that is far from all", arguments: ["", "x", "upstream", "host", "maximum"])
  func far(text: String) {
    #expect(nearest(to: text, among: Self.known) == nil)
  }
}
