import Glibc

/// The files of this machine.
public struct DiskFiles: FileSource {
  /// Octets of one file: a hundred thousand routes take a tenth of it.
  static let maxFileOctets = 64 << 20

  public init() {}

  /// How long a pipe is waited for, in milliseconds: the control loop waits with it.
  private static let patience: Int32 = 2000

  public func read(_ path: String) throws(FileError) -> [UInt8] {
    // Non-blocking, or a named pipe to which nobody writes would hold us up for ever.
    // Sound: the path lives for the call.
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw FileError(errno: errno) }
    defer { close(descriptor) }
    var content: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      try Self.awaitOctets(from: descriptor)
      // Sound: the buffer is as long as the count says, and lives for the call.
      let count = unsafe piece.withUnsafeMutableBytes { buffer in
        unsafe Glibc.read(descriptor, buffer.baseAddress, buffer.count)
      }
      if count == 0 { return content }
      if count < 0 {
        if errno == EINTR || errno == EAGAIN { continue }
        throw FileError(errno: errno)
      }
      content.append(contentsOf: piece.prefix(count))
      guard content.count <= Self.maxFileOctets else { throw FileError("larger than 64 MiB") }
    }
  }

  /// Returns when there is something to read, or the end, which a file on disk always has, and a
  /// pipe once somebody has written to it and gone.
  private static func awaitOctets(from descriptor: Int32) throws(FileError) {
    var wanted = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    // Sound: one structure that lives for the call. What else fails, reading tells.
    guard unsafe poll(&wanted, 1, patience) != 0 else { throw FileError("nothing comes from it") }
  }

  public func paths(matching pattern: String) throws(FileError) -> [String] {
    try Self.checkDirectory(of: pattern)
    var result = unsafe glob_t()
    defer { unsafe globfree(&result) }
    // A directory that another part of the pattern stands for may be without the rest of it; one
    // that is there and cannot be read would take all its files out of the configuration unseen.
    let refuse: @convention(c) (UnsafePointer<CChar>?, Int32) -> Int32 = { _, code in
      if code == ENOENT || code == ENOTDIR { return 0 }
      errno = code
      return 1
    }
    // Sound: glob fills `result` with `gl_pathc` strings, which live until globfree.
    switch unsafe glob(pattern, GLOB_NOSORT, refuse, &result) {
    case 0: break
    case GLOB_NOMATCH: return []
    case GLOB_ABORTED: throw FileError(errno: errno)
    default: throw FileError(errno: ENOMEM)
    }
    return unsafe (0..<Int(result.gl_pathc)).compactMap { index in
      guard let path = unsafe result.gl_pathv[index] else { return nil }
      return unsafe String(cString: path)
    }
  }

  /// The directory before the first part that is a pattern has to be there.
  private static func checkDirectory(of pattern: String) throws(FileError) {
    let fixed = pattern.utf8.prefix { !isGlobOctet($0) }
    guard let slash = fixed.lastIndex(of: UInt8(ascii: "/")) else { return }
    var status = stat()
    // Sound: the path lives for the call, and the structure is the call's to fill.
    guard unsafe stat(String(pattern[...slash]), &status) != 0 else { return }
    let isMissing = errno == ENOENT || errno == ENOTDIR
    throw isMissing ? FileError("no such directory") : FileError(errno: errno)
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
