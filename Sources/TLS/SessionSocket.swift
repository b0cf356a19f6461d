import Bytes
import COpenSSL
import Glibc

/// The socket of a session, as OpenSSL reads and writes it.
///
/// OpenSSL's own would do, and does where the kernel makes the records. This one knows whether a
/// read has drained the socket, which spares the read that would find nothing, and needs no
/// `SIGPIPE` to be ignored.
enum SessionSocket {
  /// Makes the socket of a session its source and sink.
  static func attach(to session: TLSSession) -> Bool {
    // Sound: OpenSSL owns the BIO from `SSL_set_bio` on, and frees it with the connection. The
    // pointer back is followed within calls that the session makes.
    guard let method = unsafe method, let bio = unsafe BIO_new(method) else { return false }
    unsafe BIO_set_data(bio, Unmanaged.passUnretained(session).toOpaque())
    unsafe BIO_set_init(bio, 1)
    unsafe SSL_set_bio(session.ssl, bio, bio)
    return true
  }

  // Sound: it is written once, before anybody can see it, and lives as long as the process.
  nonisolated(unsafe) private static let method: OpaquePointer? = {
    let type = BIO_get_new_index() | BIO_TYPE_SOURCE_SINK
    guard let method = unsafe BIO_meth_new(type, "session socket") else { return nil }
    unsafe BIO_meth_set_read_ex(method, readSocket)
    unsafe BIO_meth_set_write_ex(method, writeSocket)
    unsafe BIO_meth_set_ctrl(method, controlSocket)
    return unsafe method
  }()
}

private func session(of bio: OpaquePointer?) -> TLSSession? {
  // Sound: see `attach`.
  unsafe BIO_get_data(bio).map { unsafe Unmanaged<TLSSession>.fromOpaque($0).takeUnretainedValue() }
}

private func readSocket(
  _ bio: OpaquePointer?, _ room: UnsafeMutablePointer<CChar>?, _ wanted: Int,
  _ filled: UnsafeMutablePointer<Int>?
) -> Int32 {
  guard let session = unsafe session(of: bio) else { return -1 }
  unsafe BIO_clear_flags(bio, retryFlags | BIO_FLAGS_IN_EOF)
  while true {
    // Sound: OpenSSL has room for as many octets as it wants.
    let count = unsafe recv(session.descriptor, room, wanted, 0)
    if count > 0 {
      session.hasDrainedSocket = count < wanted
      unsafe filled?.pointee = count
      return 1
    }
    if count == 0 {
      unsafe BIO_set_flags(bio, BIO_FLAGS_IN_EOF)
      return 0
    }
    if errno == EINTR { continue }
    if errno == EAGAIN { unsafe BIO_set_flags(bio, BIO_FLAGS_READ | BIO_FLAGS_SHOULD_RETRY) }
    return -1
  }
}

private func writeSocket(
  _ bio: OpaquePointer?, _ octets: UnsafePointer<CChar>?, _ count: Int,
  _ taken: UnsafeMutablePointer<Int>?
) -> Int32 {
  guard let session = unsafe session(of: bio) else { return -1 }
  unsafe BIO_clear_flags(bio, retryFlags)
  while true {
    // Sound: OpenSSL hands over as many octets as it says.
    let sent = unsafe send(session.descriptor, octets, count, Int32(MSG_NOSIGNAL))
    if sent >= 0 {
      unsafe taken?.pointee = sent
      return 1
    }
    if errno == EINTR { continue }
    if errno == EAGAIN { unsafe BIO_set_flags(bio, BIO_FLAGS_WRITE | BIO_FLAGS_SHOULD_RETRY) }
    return -1
  }
}

private func controlSocket(
  _ bio: OpaquePointer?, _ command: Int32, _: Int, _: UnsafeMutableRawPointer?
) -> Int {
  switch command {
  // Nothing is kept back.
  case BIO_CTRL_FLUSH, BIO_CTRL_DUP: 1
  case BIO_CTRL_EOF: unsafe BIO_test_flags(bio, BIO_FLAGS_IN_EOF) == 0 ? 0 : 1
  default: 0
  }
}

private let retryFlags =
  BIO_FLAGS_READ | BIO_FLAGS_WRITE | BIO_FLAGS_IO_SPECIAL | BIO_FLAGS_SHOULD_RETRY
