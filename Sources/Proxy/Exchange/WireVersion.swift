/// The major version of HTTP that a message came by.
enum WireVersion: Equatable {
  case http1, http2
}
