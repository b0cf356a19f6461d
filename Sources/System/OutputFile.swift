import Glibc

/// Something that log lines are written to: standard output, standard error, or a file at its end.
public struct OutputFile: ~Copyable, Sendable {
  private let descriptor: Int32
  private let isOwned: Bool

  public enum WriteError: Error, Equatable, Sendable {
    /// Nobody reads any more (EPIPE).
    case readerGone
    /// The `errno`.
    case failed(Int32)
  }

  private init(descriptor: Int32, isOwned: Bool) {
    self.descriptor = descriptor
    self.isOwned = isOwned
  }

  /// Opens the file at `path`, which is made if need be with mode 0640, to append to it.
  public init(appendingTo path: String) throws(WriteError) {
    // Non-blocking, or a named pipe without a reader would hold us up.
    let flags = O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK
    // Sound: the path lives for the call.
    let descriptor = unsafe open(path, flags, 0o640)
    guard descriptor >= 0 else { throw .failed(errno) }
    self.init(descriptor: descriptor, isOwned: true)
  }

  public static var standardOutput: OutputFile { OutputFile(descriptor: 1, isOwned: false) }
  public static var standardError: OutputFile { OutputFile(descriptor: 2, isOwned: false) }

  deinit { if isOwned { _ = close(descriptor) } }

  /// Writes all of `octets`, and blocks as long as that takes.
  public borrowing func write(_ octets: Span<UInt8>) throws(WriteError) {
    var written = 0
    try write(octets, counting: &written)
  }

  /// As ``write(_:)``.
  ///
  /// - Parameter written: How many octets were taken, also of those that were not all.
  public borrowing func write(
    _ octets: Span<UInt8>, counting written: inout Int
  ) throws(WriteError) {
    written = 0
    while written < octets.count {
      // Sound: the span is borrowed for the call, and the kernel only reads it.
      let count = unsafe octets.extracting(written..<octets.count).withUnsafeBytes {
        unsafe Glibc.write(descriptor, $0.baseAddress, $0.count)
      }
      if count > 0 {
        written += count
        continue
      }
      switch errno {
      case EINTR: continue
      // The descriptor is shared with whoever started us, who may have made it non-blocking.
      case EAGAIN: _ = waitForRoom(milliseconds: -1)
      case EPIPE: throw .readerGone
      default: throw .failed(errno)
      }
    }
  }

  /// - Parameter milliseconds: The longest wait; negative means for ever.
  /// - Returns: Whether something can be written without blocking, or an error would be found.
  public borrowing func waitForRoom(milliseconds: Int32) -> Bool {
    var wanted = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
    // Sound: one structure that lives for the call.
    return unsafe poll(&wanted, 1, milliseconds) > 0
  }

  /// Whether this is the stream of which `JOURNAL_STREAM` speaks: the journal reads it, and adds a
  /// time of its own (systemd.exec(5)).
  public borrowing func isJournal(_ journalStream: String?) -> Bool {
    guard let journalStream else { return false }
    var status = stat()
    // Sound: the call fills in the structure that it is given.
    guard unsafe fstat(descriptor, &status) == 0 else { return false }
    return journalStream == "\(status.st_dev):\(status.st_ino)"
  }
}
