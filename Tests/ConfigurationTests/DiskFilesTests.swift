import Glibc
import Testing

@testable import Configuration

@Suite("Files on disk")
struct DiskFilesTests {
  @Test("a file is read whole, and what cannot be read says why")
  func reading() throws {
    let bytes = try DiskFiles().read(#filePath)
    #expect(bytes.starts(with: "import Glibc".utf8))
    #expect(throws: FileError("no such file")) { try DiskFiles().read(#filePath + ".none") }
    #expect(throws: FileError("it is a directory")) { try DiskFiles().read("/") }
  }

  @Test("a pattern gives the paths that match it")
  func globbing() {
    let directory = #filePath.split(separator: "/").dropLast().joined(separator: "/")
    let paths = DiskFiles().paths(matching: "/\(directory)/Disk*Tests.swift")
    #expect(paths == [#filePath])
    #expect(DiskFiles().paths(matching: "/\(directory)/*.none") == [])
  }

  @Test("a configuration on disk is loaded with what it includes")
  func loading() throws {
    let directory = "/tmp/portico-\(UInt64.random(in: .min ... .max))"
    try #require(unsafe mkdir(directory, 0o700) == 0)
    defer {
      for name in ["/p.json", "/d/a.json", "/d", ""] { _ = unsafe remove(directory + name) }
    }
    try #require(unsafe mkdir(directory + "/d", 0o700) == 0)
    write(#"{ "include": "d/*.json" }"#, to: directory + "/p.json")
    write(#"{ "listeners": { "l": { "bind": "*:80" } } }"#, to: directory + "/d/a.json")
    let result = loadConfiguration(at: directory + "/p.json", from: DiskFiles())
    #expect(result.problems == [])
    #expect(result.snapshot?.files == [directory + "/p.json", directory + "/d/a.json"])
  }

  private func write(_ text: String, to path: String) {
    // Sound: the text and the mode are valid strings, and the file is closed once.
    guard let file = unsafe fopen(path, "w") else {
      Issue.record("cannot write \(path)")
      return
    }
    #expect(unsafe fputs(text, file) >= 0)
    #expect(unsafe fclose(file) == 0)
  }
}
