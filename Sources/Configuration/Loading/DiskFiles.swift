import Glibc

/// The files of this machine.
public struct DiskFiles: FileSource {
  /// Octets of one file: a hundred thousand routes take a tenth of it.
  static let maxFileOctets = 64 << 20

  public init() {}

  public func read(_ path: String) throws(FileError) -> [UInt8] {
    // Sound: the path lives for the call.
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw FileError(errno: errno) }
    defer { close(descriptor) }
    var content: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      // Sound: the buffer is as long as the count says, and lives for the call.
      let count = unsafe piece.withUnsafeMutableBytes { buffer in
        unsafe Glibc.read(descriptor, buffer.baseAddress, buffer.count)
      }
      if count == 0 { return content }
      if count < 0 {
        if errno == EINTR { continue }
        throw FileError(errno: errno)
      }
      content.append(contentsOf: piece.prefix(count))
      guard content.count <= Self.maxFileOctets else { throw FileError("larger than 64 MiB") }
    }
  }

  public func paths(matching pattern: String) -> [String] {
    var result = unsafe glob_t()
    defer { unsafe globfree(&result) }
    // Sound: glob fills `result` with `gl_pathc` strings, which live until globfree.
    guard unsafe glob(pattern, GLOB_NOSORT, nil, &result) == 0 else { return [] }
    return unsafe (0..<Int(result.gl_pathc)).compactMap { index in
      guard let path = unsafe result.gl_pathv[index] else { return nil }
      return unsafe String(cString: path)
    }
  }
}

extension FileError {
  fileprivate init(errno code: Int32) {
    switch code {
    case ENOENT: self.init("no such file")
    case EACCES: self.init("permission denied")
    case EISDIR: self.init("it is a directory")
    // Sound: glibc's text is constant or the thread's own, and is copied at once.
    default: self.init(unsafe strerror(code).map { unsafe String(cString: $0) } ?? "error \(code)")
    }
  }
}
