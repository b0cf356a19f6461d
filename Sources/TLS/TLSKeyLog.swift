import Glibc

/// Where the keys of connections are written, in the form that Wireshark reads (SSLKEYLOGFILE).
///
/// For debugging only: who has the file can read everything.
public final class TLSKeyLog: Sendable {
  private let descriptor: Int32

  /// Why there is none.
  public struct OpenError: Error, Equatable, Sendable {
    /// The `errno`.
    public let code: Int32
  }

  /// Opens the file at `path`, which is made if need be with mode 0600, to append to it.
  public init(path: String) throws(OpenError) {
    // Sound: the path lives for the call.
    let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw OpenError(code: errno) }
    self.descriptor = descriptor
  }

  deinit { _ = close(descriptor) }

  /// Appends a line; lines of several threads do not mix, as each is one write.
  func write(_ line: UnsafePointer<CChar>) {
    var octets = unsafe Array(String(cString: line).utf8)
    octets.append(0x0A)
    // Sound: the kernel reads the array's octets during the call.
    unsafe octets.withUnsafeBytes {
      _ = unsafe Glibc.write(descriptor, $0.baseAddress, $0.count)
    }
  }
}
