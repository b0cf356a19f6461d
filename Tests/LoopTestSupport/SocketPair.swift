import Glibc

/// Two connected, non-blocking stream sockets. Who takes a descriptor closes it.
public struct SocketPair: Sendable {
  public enum Kind: Sendable, CaseIterable { case unix, tcp }

  public struct Failure: Error {
    let call: String
    let code: Int32
  }

  public let near: Int32
  public let far: Int32

  public init(_ kind: Kind) throws {
    switch kind {
    case .unix:
      var pair: (Int32, Int32) = (-1, -1)
      // Sound: the call fills two neighbouring integers.
      let outcome = unsafe withUnsafeMutableBytes(of: &pair) {
        unsafe socketpair(
          AF_UNIX, Self.flags, 0, $0.assumingMemoryBound(to: Int32.self).baseAddress)
      }
      guard outcome == 0 else { throw Failure(call: "socketpair", code: errno) }
      (near, far) = pair
    case .tcp: (near, far) = try Self.connectOverLoopback()
    }
  }

  private static let flags = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue)

  private static func connectOverLoopback() throws -> (Int32, Int32) {
    // Blocking, so that the handshake is over when the calls return.
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { _ = Glibc.close(listener) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    unsafe try withSocketAddress(&address, "bind") { unsafe bind(listener, $0, $1.pointee) }
    guard listen(listener, 1) == 0 else { throw Failure(call: "listen", code: errno) }
    unsafe try withSocketAddress(&address, "getsockname") { unsafe getsockname(listener, $0, $1) }
    let client = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    unsafe try withSocketAddress(&address, "connect") { unsafe connect(client, $0, $1.pointee) }
    let server = accept(listener, nil, nil)
    guard server >= 0 else { throw Failure(call: "accept", code: errno) }
    for descriptor in [client, server] {
      _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
    }
    return (client, server)
  }

  private static func withSocketAddress(
    _ address: inout sockaddr_in, _ call: String,
    _ body: (UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) -> Int32
  ) throws {
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    // Sound: every socket address begins as `sockaddr` does, and the length says how long it is.
    let outcome = unsafe withUnsafeMutablePointer(to: &address) {
      unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe body($0, &length) }
    }
    guard outcome == 0 else { throw Failure(call: call, code: errno) }
  }
}
