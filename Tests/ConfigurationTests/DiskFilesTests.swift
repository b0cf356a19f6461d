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
  func globbing() throws {
    let directory = #filePath.split(separator: "/").dropLast().joined(separator: "/")
    let paths = try DiskFiles().paths(matching: "/\(directory)/Disk*Tests.swift")
    #expect(paths == [#filePath])
    #expect(try DiskFiles().paths(matching: "/\(directory)/*.none") == [])
    #expect(try DiskFiles().paths(matching: "/\(directory)/Memory*/*.json") == [])
    #expect(throws: FileError("no such directory")) {
      try DiskFiles().paths(matching: "/\(directory)/none/*.json")
    }
    #expect(throws: FileError("no such directory")) {
      try DiskFiles().paths(matching: #filePath + "/*.json")
    }
  }

  @Test("a directory of a pattern that is there and cannot be read is an error")
  func globbingUnreadable() throws {
    let root = try folder(with: ["/a", "/b", "/b/conf"])
    let link = "/a/conf"
    defer { remove(["/b/conf/x.json", "/b/conf", "/b", link, "/a", ""], in: root) }
    write("{}", to: root + "/b/conf/x.json")
    // Where there is no `conf`, or a file of that name, there is nothing to read.
    let pattern = root + "/*/conf/*.json"
    #expect(try DiskFiles().paths(matching: pattern) == [root + "/b/conf/x.json"])
    write("", to: root + link)
    #expect(try DiskFiles().paths(matching: pattern) == [root + "/b/conf/x.json"])
    remove([link], in: root)
    // Permissions mean nothing to root; a link to itself nobody can follow.
    try #require(unsafe symlink("conf", root + link) == 0)
    let reason = FileError("Too many levels of symbolic links")
    #expect(throws: reason) { try DiskFiles().paths(matching: pattern) }
    #expect(throws: reason) { try DiskFiles().paths(matching: root + "/a/conf/*.json") }
  }

  @Test("a pipe is read to its end")
  func pipe() throws {
    var ends: [Int32] = [-1, -1]
    try #require(unsafe Glibc.pipe(&ends) == 0)
    defer { close(ends[0]) }
    // Sound: the kernel reads the array's octets during the call.
    #expect(unsafe Glibc.write(ends[1], Array("text".utf8), 4) == 4)
    close(ends[1])
    #expect(try DiskFiles().read("/proc/self/fd/\(ends[0])") == Array("text".utf8))
  }

  @Test("a named pipe to which nobody writes is given up", .timeLimit(.minutes(1)))
  func pipeWithoutWriter() throws {
    let root = try folder(with: [])
    defer { remove(["/p", ""], in: root) }
    try #require(unsafe mkfifo(root + "/p", 0o600) == 0)
    #expect(throws: FileError("nothing comes from it")) { try DiskFiles().read(root + "/p") }
  }

  @Test("a configuration on disk is loaded with what it includes")
  func loading() throws {
    let root = try folder(with: ["/d"])
    defer { remove(["/p.json", "/d/a.json", "/d", ""], in: root) }
    write(#"{ "include": "d/*.json" }"#, to: root + "/p.json")
    write(#"{ "listeners": { "l": { "bind": "*:80" } } }"#, to: root + "/d/a.json")
    let result = loadConfiguration(at: root + "/p.json", from: DiskFiles())
    #expect(result.problems == [])
    #expect(result.snapshot?.files == [root + "/p.json", root + "/d/a.json"])
  }

  private func folder(with names: [String]) throws -> String {
    let root = "/tmp/portico-\(UInt64.random(in: .min ... .max))"
    for name in [""] + names { try #require(unsafe mkdir(root + name, 0o700) == 0) }
    return root
  }

  private func remove(_ names: [String], in root: String) {
    for name in names { _ = unsafe Glibc.remove(root + name) }
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
