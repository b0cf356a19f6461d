public import Addressing
import CLinux
import Glibc

/// An address as the kernel takes it.
public struct SocketAddress: Sendable {
  var storage = sockaddr_storage()
  var length = socklen_t(MemoryLayout<sockaddr_storage>.size)

  /// Room for an address that the kernel fills in.
  init() {}

  /// - Returns: nil for an endpoint that has no address of its own (a name, an inherited socket),
  ///   and for a path that is longer than the kernel takes.
  public init?(_ endpoint: Endpoint) {
    switch endpoint {
    case .ip(let address, let port): self.init(address, port: port)
    case .unix(let path): self.init(path: path)
    case .inherited, .name, .service: return nil
    }
  }

  public init(_ address: IPAddress, port: UInt16) {
    switch address.family {
    case .v4:
      var v4 = sockaddr_in()
      v4.sin_family = sa_family_t(AF_INET)
      v4.sin_port = port.bigEndian
      v4.sin_addr.s_addr = UInt32(truncatingIfNeeded: address.low).bigEndian
      store(v4)
    case .v6:
      var v6 = sockaddr_in6()
      v6.sin6_family = sa_family_t(AF_INET6)
      v6.sin6_port = port.bigEndian
      var octets = (address.high.bigEndian, address.low.bigEndian)
      // Sound: both are sixteen octets of plain data.
      unsafe withUnsafeMutableBytes(of: &v6.sin6_addr) { to in
        unsafe withUnsafeBytes(of: &octets) { unsafe to.copyMemory(from: $0) }
      }
      store(v6)
    }
  }

  /// A path that begins with `@` names a socket in the abstract namespace.
  private init?(path: String) {
    var unix = sockaddr_un()
    unix.sun_family = sa_family_t(AF_UNIX)
    let bytes = Array(path.utf8)
    // Sound: the copy is bounded by the field, whose last octet stays 0.
    let fits = unsafe withUnsafeMutableBytes(of: &unix.sun_path) { to -> Bool in
      guard bytes.count < to.count else { return false }
      unsafe to.copyBytes(from: bytes)
      if bytes.first == 0x40 { unsafe to[0] = 0 }
      return true
    }
    guard fits else { return nil }
    store(unix)
    if bytes.first == 0x40 {
      length = socklen_t(MemoryLayout<sa_family_t>.size + bytes.count)
    }
  }

  private mutating func store<Address>(_ address: Address) {
    // Sound: `sockaddr_storage` has room and alignment for every kind of address.
    unsafe withUnsafeMutableBytes(of: &storage) { to in
      unsafe withUnsafeBytes(of: address) { unsafe to.copyMemory(from: $0) }
    }
    length = socklen_t(MemoryLayout<Address>.size)
  }

  var family: Int32 { Int32(storage.ss_family) }

  public var isUnix: Bool { family == AF_UNIX }

  /// The address and port, if it is one of the internet's.
  public var ip: (address: IPAddress, port: UInt16)? {
    // Sound: the family says what the octets are, and `sockaddr_storage` holds either.
    unsafe withUnsafeBytes(of: storage) { bytes in
      switch Int32(storage.ss_family) {
      case AF_INET:
        let v4 = unsafe bytes.load(as: sockaddr_in.self)
        return (
          IPAddress(v4: UInt32(bigEndian: v4.sin_addr.s_addr)), UInt16(bigEndian: v4.sin_port)
        )
      case AF_INET6:
        let v6 = unsafe bytes.load(as: sockaddr_in6.self)
        let (high, low) = unsafe withUnsafeBytes(of: v6.sin6_addr) {
          unsafe (
            $0.loadUnaligned(as: UInt64.self), $0.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
          )
        }
        return (
          IPAddress(v6: UInt64(bigEndian: high), UInt64(bigEndian: low)),
          UInt16(bigEndian: v6.sin6_port)
        )
      default: return nil
      }
    }
  }

  /// Calls `body` with what `bind`, `connect` and the like take. Valid for the call only.
  func withSockaddr<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
    unsafe withUnsafePointer(to: storage) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe body($0, length) }
    }
  }

  /// Calls `body` with room for the kernel to write an address into.
  mutating func withMutableSockaddr<Result>(
    _ body: (UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) -> Result
  ) -> Result {
    length = socklen_t(MemoryLayout<sockaddr_storage>.size)
    return unsafe withUnsafeMutablePointer(to: &storage) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe body($0, &length)
      }
    }
  }
}
