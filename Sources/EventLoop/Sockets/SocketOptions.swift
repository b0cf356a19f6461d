import CLinux
import Glibc

/// Sets one option; a socket that does not know it (a unix socket, TCP options) goes without.
func setSocketOption<Value: BitwiseCopyable>(
  _ descriptor: Int32, _ level: Int32, _ name: Int32, _ value: inout Value
) {
  // Sound: the kernel reads the size of the value that it is given.
  _ = unsafe setsockopt(
    descriptor, level, name, &value, socklen_t(MemoryLayout<Value>.size))
}

func setSocketOption(_ descriptor: Int32, _ level: Int32, _ name: Int32, _ value: Int32) {
  var value = value
  setSocketOption(descriptor, level, name, &value)
}

/// No delay for small writes; a dead peer is noticed after 60 s + 3 × 10 s.
///
/// Set on a listening socket, accepted ones inherit it, which spares the calls per connection.
func setStreamOptions(_ descriptor: Int32) {
  setSocketOption(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, 1)
  setSocketOption(descriptor, SOL_SOCKET, SO_KEEPALIVE, 1)
  setSocketOption(descriptor, Int32(IPPROTO_TCP), TCP_KEEPIDLE, 60)
  setSocketOption(descriptor, Int32(IPPROTO_TCP), TCP_KEEPINTVL, 10)
  setSocketOption(descriptor, Int32(IPPROTO_TCP), TCP_KEEPCNT, 3)
}
