import Bytes
import HTTPSemantics
import Testing

@testable import HTTP2

@Suite("The authority of the request before")
struct KnownAuthorityTests {
  /// What is made of each authority, one after the other; nil for one that is refused.
  private func parts(of authorities: [String]) -> [Authority?] {
    var known = KnownAuthority()
    var all: [Authority?] = []
    for authority in authorities {
      let octets = Array(authority.utf8)
      all.append(try? known.parts(of: octets.span))
    }
    return all
  }

  private func fresh(_ authority: String) -> Authority? {
    let octets = Array(authority.utf8)
    return try? Authority(octets.span)
  }

  @Test("an authority is taken apart the same, whatever came before it")
  func same() {
    let authorities = [
      "a.example", "a.example", "b.example:80", "a.example", "a.example:80", "a.example:81",
      "[::1]:80", "a.exampl", "a.example", "A.example", "", "a.example", "a@b", "a.example:x",
      "a.example:99999", "a.example",
    ]
    let all = authorities + authorities.reversed()
    #expect(parts(of: all) == all.map(fresh))
  }

  @Test("it is found anew when its memory was given up")
  func released() throws {
    let octets = Array("a.example:8080".utf8)
    var known = KnownAuthority()
    let before = try known.parts(of: octets.span)
    known.releaseMemory()
    #expect(throws: AuthorityError.emptyHost) { try known.parts(of: Span()) }
    let after = try known.parts(of: octets.span)
    #expect(before == after)
  }
}
