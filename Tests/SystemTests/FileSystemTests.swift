import Glibc
import TestSupport
import Testing

@testable import System

@Suite("Files and directories")
struct FileSystemTests {
  @Test("a private directory is made once, and taken when it is ours already")
  func privateDirectory() throws {
    let directory = TemporaryDirectory()
    let path = directory.file("run")
    for _ in 0..<2 { try FileSystem.makePrivateDirectory(at: path) }
    #expect(mode(of: path) == 0o700)
  }

  @Test("a directory that others can write to, a symbolic link and a file are refused")
  func notPrivate() throws {
    let directory = TemporaryDirectory()
    let open = directory.file("open")
    let link = directory.file("link")
    let file = directory.file("file")
    _ = unsafe mkdir(open, 0o700)
    _ = unsafe chmod(open, 0o777)
    _ = unsafe symlink(directory.path, link)
    _ = try OutputFile(appendingTo: file)
    for path in [open, link, file] {
      #expect(throws: FileSystem.DirectoryError.notPrivate) {
        try FileSystem.makePrivateDirectory(at: path)
      }
    }
    #expect(throws: FileSystem.DirectoryError.failed(ENOENT)) {
      try FileSystem.makePrivateDirectory(at: directory.file("a/b"))
    }
  }

  @Test("files are private within, and the mask is back after")
  func mask() throws {
    let directory = TemporaryDirectory()
    let path = directory.file("file")
    let before = umask(0o022)
    _ = umask(before)
    FileSystem.withPrivateFiles { _ = try? OutputFile(appendingTo: path) }
    #expect(mode(of: path) == 0o600)
    #expect(umask(before) == before)
  }

  @Test("what is written to a file stands at its end")
  func append() throws {
    let directory = TemporaryDirectory()
    let path = directory.file("log")
    for line in ["one\n", "two\n"] {
      let file = try OutputFile(appendingTo: path)
      try file.write(Array(line.utf8).span)
      let isJournal = file.isJournal("1:1")
      #expect(!isJournal)
    }
    #expect(contents(of: path) == "one\ntwo\n")
  }

  @Test("a file that cannot be opened says why")
  func cannotOpen() {
    let directory = TemporaryDirectory()
    #expect(throws: OutputFile.WriteError.failed(ENOENT)) {
      _ = try OutputFile(appendingTo: directory.file("none/log"))
    }
    #expect(errorText(ENOENT) == "No such file or directory")
  }

  @Test("a directory is told from a file and from nothing")
  func directories() throws {
    let directory = TemporaryDirectory()
    _ = try OutputFile(appendingTo: directory.file("file"))
    #expect(unsafe symlink(".", directory.file("link")) == 0)
    #expect(FileSystem.isDirectory(directory.path))
    #expect(FileSystem.isDirectory(directory.file("link")))
    #expect(!FileSystem.isDirectory(directory.file("file")))
    #expect(!FileSystem.isDirectory(directory.file("none")))
  }

  private func mode(of path: String) -> UInt32 {
    var status = stat()
    _ = unsafe lstat(path, &status)
    return status.st_mode & 0o777
  }

  private func contents(of path: String) -> String {
    let descriptor = unsafe open(path, O_RDONLY)
    defer { _ = close(descriptor) }
    var buffer = [UInt8](repeating: 0, count: 1024)
    let count = unsafe read(descriptor, &buffer, buffer.count)
    return String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)
  }
}
