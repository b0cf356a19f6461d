import Glibc

/// A directory that goes away, with the files in it, when the test lets go of it.
final class TemporaryDirectory {
  let path: String

  init() {
    var template = Array("/tmp/portico-test-XXXXXX".utf8CString)
    // Sound: the template is a writable, terminated string.
    let made = unsafe mkdtemp(&template) != nil
    precondition(made, "no temporary directory")
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  deinit {
    // Sound: the stream is closed below, and each name is copied at once.
    guard let stream = unsafe opendir(path) else { return }
    while let entry = unsafe readdir(stream) {
      let name = unsafe withUnsafeBytes(of: entry.pointee.d_name) { octets in
        unsafe String(decoding: octets.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name != ".", name != ".." {
        let child = "\(path)/\(name)"
        if unsafe unlink(child) != 0 { _ = unsafe rmdir(child) }
      }
    }
    _ = unsafe closedir(stream)
    _ = unsafe rmdir(path)
  }

  func file(_ name: String) -> String { "\(path)/\(name)" }
}
