import Testing

@testable import Daemon

@Suite("The text of a fact")
struct LogTextTests {
  @Test(
    "a value is quoted when it could not be told from what follows",
    arguments: [
      ("web", "web"), ("127.0.0.1:80", "127.0.0.1:80"), ("a=b", "a=b"), ("", "\"\""),
      ("a b", "\"a b\""), ("a\"b", "\"a\\\"b\""), ("a\\b", "\"a\\\\b\""), ("a\nb", "\"a\\nb\""),
      ("\u{1}", "\"\\x01\""), ("\u{7F}", "\"\\x7f\""), ("grün", "grün"),
    ])
  func quoted(_ value: String, _ text: String) {
    #expect(LogText.quoted(value) == text)
  }

  @Test("fields stand in the order given")
  func fact() {
    let text = LogText.fact("listening", ["listener": "web", "address": "[::1]:80"])
    #expect(text == "listening listener=web address=[::1]:80")
    #expect(LogText.fact("stopped", [:]) == "stopped")
  }

  @Test("a fact is one line whatever it holds")
  func oneLine() {
    #expect(LogText.oneLine("a\nb\rc\td") == "a\\nb\\x0dc\\x09d")
    #expect(LogText.oneLine("a \"b\" é") == "a \"b\" é")
  }
}
