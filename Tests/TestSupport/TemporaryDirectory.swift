import Glibc

/// A directory that goes away, with the files in it, when the test lets go of it.
public final class TemporaryDirectory {
  public let path: String

  public init() {
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

  public func file(_ name: String) -> String { "\(path)/\(name)" }
}

extension TemporaryDirectory {
  /// What the file holds; nil when there is none.
  public func contents(_ name: String) -> String? {
    // Sound: the path lives for the call, and the count is that of the buffer.
    let descriptor = unsafe open(file(name), O_RDONLY)
    guard descriptor >= 0 else { return nil }
    defer { _ = close(descriptor) }
    var buffer = [UInt8](repeating: 0, count: 64 * 1024)
    let count = unsafe read(descriptor, &buffer, buffer.count)
    return String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)
  }
}
