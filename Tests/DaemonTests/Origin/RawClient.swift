import Glibc

/// A client that sends octets as they are and reads what comes. It blocks, with a limit.
final class RawClient {
  private let descriptor: Int32

  init?(port: UInt16) {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var limit = timeval(tv_sec: 10, tv_usec: 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    // Sound: every pointer is to a value that lives for the call, with its own size.
    let outcome = unsafe withUnsafePointer(to: address) { address in
      unsafe setsockopt(
        descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
      return unsafe address.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard outcome == 0 else { return nil }
  }

  deinit { _ = close(descriptor) }

  /// - Parameter pieces: Octets of each write; one by one, the peer sees the cuts, mostly.
  func send(_ text: String, pieces: Int = .max) {
    var octets = Array(text.utf8)[...]
    while !octets.isEmpty {
      let piece = Array(octets.prefix(pieces))
      // Sound: the count is that of the array.
      _ = unsafe Glibc.send(descriptor, piece, piece.count, Int32(MSG_NOSIGNAL))
      octets = octets.dropFirst(piece.count)
    }
  }

  /// What came next; nil at the end, or when nothing came in time, or after a reset.
  func receive() -> String? {
    var buffer = [UInt8](repeating: 0, count: 64 * 1024)
    // Sound: the count is that of the buffer.
    let count = unsafe recv(descriptor, &buffer, buffer.count, 0)
    return count > 0 ? String(decoding: buffer.prefix(count), as: UTF8.self) : nil
  }

  /// Everything until `text` has come, or the end.
  func receive(until text: String) -> String {
    var all = ""
    while !all.contains(text), let piece = receive() { all += piece }
    return all
  }

  /// Everything up to the end of the stream.
  func receiveAll() -> String {
    var all = ""
    while let piece = receive() { all += piece }
    return all
  }
}
