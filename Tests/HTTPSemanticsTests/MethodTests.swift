import CodecTestSupport
import HTTPSemantics
import Testing

@Suite("Methods, RFC 9110 §9")
struct MethodTests {
  static let known: [(String, Method)] = [
    ("GET", .get), ("HEAD", .head), ("POST", .post), ("PUT", .put), ("DELETE", .delete),
    ("OPTIONS", .options), ("TRACE", .trace), ("PATCH", .patch), ("CONNECT", .connect),
  ]

  @Test("known in exactly their case", arguments: known)
  func recognises(_ token: String, _ method: Method) {
    #expect(token.withSpan { Method($0) } == method)
    #expect(token.lowercased().withSpan { Method($0) } == .other)
    #expect((token + "S").withSpan { Method($0) } == .other)
    #expect(String(token.dropLast()).withSpan { Method($0) } == .other)
  }

  @Test("safe methods are idempotent, and PUT and DELETE are too")
  func properties() {
    let safe: Set<Method> = [.get, .head, .options, .trace]
    let all = Self.known.map { $0.1 } + [.other]
    #expect(Set(all.filter(\.isSafe)) == safe)
    #expect(Set(all.filter(\.isIdempotent)) == safe.union([.put, .delete]))
  }
}
