import HTTP2
import HTTPSemantics

/// Why a stream of HTTP/2 cannot go on.
enum StreamFailure {
  /// The peer has given it up.
  case reset(ErrorCode)
  /// The peer says that it has not processed the request at all.
  case unprocessed
  /// The peer broke a rule on it.
  case breach(Reason)
  /// The connection is gone.
  case lost
}
