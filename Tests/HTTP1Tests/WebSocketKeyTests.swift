import Bytes
import CodecTestSupport
import Testing

@testable import HTTP1

@Suite("The key of a WebSocket handshake, RFC 6455 §1.3")
struct WebSocketKeyTests {
  @Test("key and answer are those of the RFC's example")
  func example() {
    // "the sample nonce", of which the RFC's key is the base64.
    let nonce: (UInt64, UInt64) = (0x7468_6520_7361_6D70, 0x6C65_206E_6F6E_6365)
    let key = WebSocketKey(nonce: nonce)
    #expect(key.value.text == "dGhlIHNhbXBsZSBub25jZQ==")
    #expect(key.accept.text == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
  }

  struct Hash: Sendable, CustomTestStringConvertible {
    let message: String
    let digest: String
    var testDescription: String { "\(message.utf8.count) octets" }
  }

  static let hashes = [
    Hash(message: "", digest: "da39a3ee5e6b4b0d3255bfef95601890afd80709"),
    Hash(message: "abc", digest: "a9993e364706816aba3e25717850c26c9cd0d89d"),
    Hash(
      message: String(repeating: "a", count: 55),
      digest: "c1c8bbdc22796e28c0e15163d20899b65621d65a"),
    Hash(
      message: "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      digest: "84983e441c3bd26ebaae4aa1f95129e5e54670f1"),
    Hash(
      message: String(repeating: "a", count: 63),
      digest: "03f09f5b158a7a8cdad920bddc29b81c18a551f5"),
    Hash(
      message: String(repeating: "a", count: 64),
      digest: "0098ba824b5c16427bd7a1122a5a442a25ec644d"),
    Hash(
      message: String(repeating: "a", count: 1_000),
      digest: "291e9a6c66994949b57ba5e650361e98fc36b1ba"),
  ]

  @Test("the hash is that of RFC 3174, wherever the padding falls", arguments: hashes)
  func hash(_ each: Hash) {
    let digest = each.message.withSpan { SHA1.digest($0) }
    var text = ""
    for index in digest.indices {
      text += String(digest[index] >> 4, radix: 16) + String(digest[index] & 15, radix: 16)
    }
    #expect(text == each.digest)
  }
}
