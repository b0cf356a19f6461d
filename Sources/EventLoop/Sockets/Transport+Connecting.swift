import CLinux
import Glibc

extension Transport {
  /// Begins to open a connection to `address`; ``finishConnecting(until:)`` waits for it.
  ///
  /// - Throws: `.broken` with the `errno` of `connect`, if it is refused at once.
  public static func connecting(
    to address: SocketAddress, on loop: EventLoop
  ) throws(TransportError) -> Transport {
    let descriptor = socket(
      address.family, Int32(SOCK_STREAM.rawValue) | Int32(CLINUX_SOCKET_FLAGS), 0)
    guard descriptor >= 0 else { throw .broken(errno) }
    if !address.isUnix { setStreamOptions(descriptor) }
    // Before it is registered: an unconnected socket would report a hang-up at once.
    let outcome = unsafe address.withSockaddr { unsafe Glibc.connect(descriptor, $0, $1) }
    let code = outcome == 0 ? 0 : errno
    guard code == 0 || code == EINPROGRESS else {
      _ = Glibc.close(descriptor)
      throw .broken(code)
    }
    return Transport(
      descriptor: descriptor, on: loop, isInitiated: true, isConnecting: code != 0)
  }

  /// Waits until the connection is open. Returns at once if it is.
  ///
  /// - Throws: `.broken` with the `errno` of the failure, `.timedOut`, `.aborted`.
  public func finishConnecting(until deadline: Instant) async throws(TransportError) {
    try await waitUntilWritable(until: deadline)
    // Asked even if nobody had to wait: a refusal makes the socket writable too, and may have been
    // delivered before we came here.
    let failure = pendingError()
    guard failure == 0 else { throw .broken(failure) }
    // Most never wait to write again.
    blockedWrites = nil
  }

  private func pendingError() -> Int32 {
    var code: Int32 = 0
    var size = socklen_t(MemoryLayout<Int32>.size)
    // Sound: the kernel writes the four octets of a local variable.
    let outcome = unsafe getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &code, &size)
    return outcome == 0 ? code : errno
  }
}
