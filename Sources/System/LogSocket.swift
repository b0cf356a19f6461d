import CLinux
import Glibc

/// A datagram socket that takes log lines, `/dev/log` for one (RFC 3164, as syslog daemons of the
/// same machine read it).
public final class LogSocket: Sendable {
  private let descriptor: Int32

  /// Opens a socket that speaks to the one at `path`.
  public init(connectedTo path: String) throws(OutputFile.WriteError) {
    descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { throw .failed(errno) }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    // Sound: no more is copied than there is room for, and a zero stays behind it.
    let isFitting = unsafe withUnsafeMutableBytes(of: &address.sun_path) { room in
      guard path.utf8.count < room.count else { return false }
      unsafe room.copyBytes(from: path.utf8)
      return true
    }
    guard isFitting else { throw .failed(ENAMETOOLONG) }
    let length = socklen_t(MemoryLayout<sockaddr_un>.size)
    // Sound: the address lives for the call, and is as long as the length says.
    let outcome = unsafe withUnsafePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe connect(descriptor, $0, length)
      }
    }
    guard outcome == 0 else { throw .failed(errno) }
  }

  deinit { if descriptor >= 0 { _ = close(descriptor) } }

  /// Sends one line as one datagram, and blocks while the reader has no room.
  public func send(_ line: Span<UInt8>) throws(OutputFile.WriteError) {
    while true {
      // Sound: the span is borrowed for the call, and the kernel only reads it.
      let count = unsafe line.withUnsafeBytes {
        unsafe Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      if count >= 0 { return }
      switch errno {
      case EINTR: continue
      case ECONNREFUSED, ECONNRESET, ENOTCONN, EPIPE: throw .readerGone
      case let code: throw .failed(code)
      }
    }
  }
}
