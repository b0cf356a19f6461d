import Glibc

/// The few things that the daemon does to files other than reading and writing them.
public enum FileSystem {
  public enum DirectoryError: Error, Equatable, Sendable {
    /// The `errno`.
    case failed(Int32)
    /// It is there, and belongs to somebody else, or others can write to it.
    case notPrivate
  }

  /// Makes a directory that only this user can enter, if it is not there yet.
  ///
  /// Its parent may be one that everybody writes to (`/tmp`): a directory that is there already
  /// must be ours, and no symbolic link.
  public static func makePrivateDirectory(at path: String) throws(DirectoryError) {
    // Sound: the path lives for the calls, and the structure is the call's to fill.
    if unsafe mkdir(path, 0o700) == 0 { return }
    guard errno == EEXIST else { throw .failed(errno) }
    var status = stat()
    guard unsafe lstat(path, &status) == 0 else { throw .failed(errno) }
    let isOurs = status.st_uid == geteuid()
    guard status.st_mode & S_IFMT == S_IFDIR, isOurs, status.st_mode & 0o022 == 0 else {
      throw .notPrivate
    }
  }

  /// What changes when a file does.
  public struct Mark: Equatable, Sendable {
    let inode: UInt64
    let octets: Int64
    let seconds: Int64
    let nanoseconds: Int64
  }

  /// nil for a file that is not there.
  public static func mark(of path: String) -> Mark? {
    var status = stat()
    // Sound: the path lives for the call, and the structure is the call's to fill.
    guard unsafe stat(path, &status) == 0 else { return nil }
    return Mark(
      inode: UInt64(status.st_ino), octets: Int64(status.st_size),
      seconds: Int64(status.st_mtim.tv_sec), nanoseconds: Int64(status.st_mtim.tv_nsec))
  }

  public static func exists(_ path: String) -> Bool {
    // Sound: the path lives for the call.
    unsafe access(path, F_OK) == 0
  }

  /// Whether a directory is at `path`, or at the end of links from there.
  public static func isDirectory(_ path: String) -> Bool {
    var status = stat()
    // Sound: the path lives for the call, and the structure is the call's to fill.
    return unsafe stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  /// Runs `body` with files made for this user alone. The mask is the whole process's: only the
  /// control loop makes files.
  public static func withPrivateFiles<Result, Failure: Error>(
    _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let before = umask(0o177)
    defer { _ = umask(before) }
    return try body()
  }
}
