import Glibc

/// The far end of a connection, used with plain system calls.
public final class Peer {
  private var descriptor: Int32

  public init(_ descriptor: Int32) { self.descriptor = descriptor }

  deinit { close() }

  /// Sends as much of `octets` as fits.
  ///
  /// - Returns: How many did; -1 when the connection is gone.
  @discardableResult
  public func send(_ octets: [UInt8]) -> Int {
    // Sound: the kernel reads the array's octets during the call.
    unsafe octets.withUnsafeBytes {
      unsafe Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
    }
  }

  @discardableResult
  public func send(_ text: String) -> Int { send(Array(text.utf8)) }

  /// What is there, at most `limit` octets; empty at the end of the stream, nil if nothing is
  /// there.
  public func receive(_ limit: Int = 1 << 16) -> [UInt8]? {
    var count = 0
    let octets = unsafe [UInt8](unsafeUninitializedCapacity: limit) { buffer, initialized in
      // Sound: the kernel initialises as many octets as it says.
      count = unsafe recv(descriptor, buffer.baseAddress, limit, 0)
      initialized = max(0, count)
    }
    return count < 0 ? nil : octets
  }

  public func shutDownSending() { _ = shutdown(descriptor, Int32(SHUT_WR)) }

  public func close() {
    guard descriptor >= 0 else { return }
    _ = Glibc.close(descriptor)
    descriptor = -1
  }

  /// Ends the connection with a reset.
  public func reset() {
    var linger = linger(l_onoff: 1, l_linger: 0)
    // Sound: the kernel reads the structure that it is given.
    _ = unsafe setsockopt(
      descriptor, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<linger>.size))
    close()
  }
}
