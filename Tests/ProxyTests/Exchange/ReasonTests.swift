import Configuration
import HTTPSemantics
import Testing

@Suite("Reasons")
struct ReasonTests {
  /// The first column of the tables of `docs/errors.md`.
  private static func documented() throws -> [String] {
    let root = #filePath.split(separator: "/").dropLast(4).joined(separator: "/")
    let page = String(decoding: try DiskFiles().read("/\(root)/docs/errors.md"), as: UTF8.self)
    return page.split(separator: "\n").compactMap { line in
      guard line.hasPrefix("| `") else { return nil }
      return line.dropFirst(3).split(separator: "`").first.map(String.init)
    }
  }

  @Test("each has one row in docs/errors.md, and no row is about anything else")
  func documentation() throws {
    let documented = try Self.documented()
    #expect(documented.sorted() == Reason.allCases.map(\.rawValue).sorted())
  }

  @Test("are one word of small letters, digits and underscores", arguments: Reason.allCases)
  func words(_ reason: Reason) {
    let isPlain = reason.rawValue.utf8.allSatisfy {
      (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x5F
    }
    #expect(isPlain && !reason.rawValue.isEmpty)
    #expect("\(reason)" == reason.rawValue)
  }
}
