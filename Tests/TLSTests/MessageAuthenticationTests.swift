import TLS
import Testing

@Suite("Message authentication")
struct MessageAuthenticationTests {
  @Test("makes the codes of RFC 4231 §4.3")
  func vector() {
    let code = MessageAuthentication.hmacSHA256(
      Array("what do ya want for nothing?".utf8), key: Array("Jefe".utf8))
    let digits = code.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    #expect(digits == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")
  }

  @Test("takes nothing for a message, and for a key")
  func empty() {
    #expect(MessageAuthentication.hmacSHA256([], key: [1]).count == 32)
    #expect(
      MessageAuthentication.hmacSHA256([1], key: [])
        != MessageAuthentication.hmacSHA256([1], key: [1]))
  }
}
