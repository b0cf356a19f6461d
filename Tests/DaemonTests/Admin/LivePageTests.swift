import Configuration
import Testing

@testable import Daemon

@Suite("The live page")
struct LivePageTests {
  @Test("is that of live.html; scripts/make-live-page makes it so")
  func source() throws {
    let root = #filePath.split(separator: "/").dropLast(4).joined(separator: "/")
    let source = try DiskFiles().read("/\(root)/Sources/Daemon/Admin/live.html")
    #expect(LivePage.text + "\n" == String(decoding: source, as: UTF8.self))
  }

  @Test(
    "loads nothing from elsewhere, and makes no markup of what it is told",
    arguments: ["src=", "href=", "http-equiv", "@import", "innerHTML", "url("])
  func selfContained(_ word: String) { #expect(!LivePage.text.contains(word)) }
}
