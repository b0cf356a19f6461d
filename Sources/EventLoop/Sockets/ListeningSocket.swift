public import Addressing
import CLinux
import Glibc

/// A socket that listens, opened by the control loop and shared by the acceptors of all workers.
///
/// The descriptor closes when the last of them lets go.
public final class ListeningSocket: Sendable {
  public let descriptor: Int32
  /// What was asked for.
  public let endpoint: Endpoint
  /// Where it listens: the port is the kernel's choice when 0 was asked for.
  public let bound: Endpoint
  /// Of a unix socket that has one, and was opened here.
  public let file: File?

  /// The file that a unix socket is found by.
  public struct File: Equatable, Sendable {
    let path: String
    let device: UInt64
    let inode: UInt64

    /// What is there now; nil if that is no socket.
    init?(at path: String) {
      var status = stat()
      // Sound: the path lives for the call, and the structure is the call's to fill.
      guard unsafe lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFSOCK else {
        return nil
      }
      self.path = path
      device = UInt64(status.st_dev)
      inode = UInt64(status.st_ino)
    }
  }

  public enum OpenError: Error, Equatable, Sendable {
    /// The endpoint has no address that one could bind.
    case noAddress
    /// The call that failed, and its `errno`.
    case failed(call: String, code: Int32)
  }

  private static let backlog: Int32 = 4096

  /// Binds and listens.
  ///
  /// - Parameter mode: Of a unix socket's file; nil leaves it to the process's mask.
  public init(opening endpoint: Endpoint, mode: UInt32? = nil) throws(OpenError) {
    guard let address = SocketAddress(endpoint) else { throw .noAddress }
    let descriptor = socket(
      address.family, Int32(SOCK_STREAM.rawValue) | Int32(CLINUX_SOCKET_FLAGS), 0)
    guard descriptor >= 0 else { throw .failed(call: "socket", code: errno) }
    var file: File?
    func refuse(_ call: String, _ code: Int32) -> OpenError {
      _ = Glibc.close(descriptor)
      Self.remove(file)
      return .failed(call: call, code: code)
    }
    if case .unix(let path) = endpoint {
      Self.removeStaleSocket(at: path)
    } else {
      setSocketOption(descriptor, SOL_SOCKET, SO_REUSEADDR, 1)
      if address.family == AF_INET6 {
        // `[::]` means IPv6 only, so that `0.0.0.0` can be bound beside it.
        setSocketOption(descriptor, Int32(IPPROTO_IPV6), Int32(IPV6_V6ONLY), 1)
      }
      setStreamOptions(descriptor)
    }
    guard unsafe address.withSockaddr({ unsafe bind(descriptor, $0, $1) }) == 0 else {
      throw refuse("bind", errno)
    }
    if case .unix(let path) = endpoint, !path.hasPrefix("@") {
      file = File(at: path)
      // Before it listens: until then nobody can connect. Sound: the path lives for the call.
      if let mode, unsafe chmod(path, mode) != 0 { throw refuse("chmod", errno) }
    }
    guard listen(descriptor, Self.backlog) == 0 else { throw refuse("listen", errno) }
    self.descriptor = descriptor
    self.endpoint = endpoint
    self.file = file
    bound = Self.boundEndpoint(descriptor, asked: endpoint)
  }

  /// Takes over a socket that systemd has opened, or that we have.
  ///
  /// - Parameter file: What belongs to it, if it is ours.
  public init(
    inheriting descriptor: Int32, as endpoint: Endpoint, file: File? = nil
  ) throws(OpenError) {
    let flags = fcntl(descriptor, F_GETFL)
    guard flags >= 0, fcntl(descriptor, F_SETFL, flags | O_NONBLOCK) == 0 else {
      throw .failed(call: "fcntl", code: errno)
    }
    guard listen(descriptor, Self.backlog) == 0 else {
      throw .failed(call: "listen", code: errno)
    }
    setStreamOptions(descriptor)
    self.descriptor = descriptor
    self.endpoint = endpoint
    self.file = file
    bound = Self.boundEndpoint(descriptor, asked: endpoint)
  }

  deinit {
    _ = Glibc.close(descriptor)
  }

  /// Removes the file of a unix socket, so that clients see that nobody listens. One that somebody
  /// else has put in its place stays.
  public func removeFile() { Self.remove(file) }

  private static func remove(_ file: File?) {
    guard let file, File(at: file.path) == file else { return }
    // Sound: the path lives for the call.
    _ = unsafe unlink(file.path)
  }

  private static func boundEndpoint(_ descriptor: Int32, asked: Endpoint) -> Endpoint {
    var address = SocketAddress()
    let outcome = unsafe address.withMutableSockaddr { unsafe getsockname(descriptor, $0, $1) }
    guard outcome == 0, let (ip, port) = address.ip else { return asked }
    return .ip(ip, port: port)
  }

  /// Removes a socket that nobody listens on any more, and nothing else.
  private static func removeStaleSocket(at path: String) {
    guard !path.hasPrefix("@"), let address = SocketAddress(.unix(path: path)) else { return }
    var status = stat()
    guard unsafe lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFSOCK else { return }
    let probe = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(CLINUX_SOCKET_FLAGS), 0)
    guard probe >= 0 else { return }
    defer { _ = Glibc.close(probe) }
    let outcome = unsafe address.withSockaddr { unsafe Glibc.connect(probe, $0, $1) }
    if outcome != 0, errno == ECONNREFUSED { _ = unsafe unlink(path) }
  }
}
