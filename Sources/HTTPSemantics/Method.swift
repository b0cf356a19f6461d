import Bytes

/// A request method (RFC 9110 §9). Methods that the proxy has no rules for are all ``other``.
public enum Method: UInt8, Sendable {
  case get, head, post, put, delete, options, trace, patch, connect, other

  /// - Parameter token: The method as sent; methods are case-sensitive.
  public init(_ token: Span<UInt8>) {
    switch token.count {
    case 3: self = token.equals("GET") ? .get : token.equals("PUT") ? .put : .other
    case 4: self = token.equals("POST") ? .post : token.equals("HEAD") ? .head : .other
    case 5: self = token.equals("PATCH") ? .patch : token.equals("TRACE") ? .trace : .other
    case 6: self = token.equals("DELETE") ? .delete : .other
    case 7: self = token.equals("OPTIONS") ? .options : token.equals("CONNECT") ? .connect : .other
    default: self = .other
    }
  }

  /// Whether the method only reads (RFC 9110 §9.2.1).
  public var isSafe: Bool {
    switch self {
    case .get, .head, .options, .trace: true
    case .post, .put, .delete, .patch, .connect, .other: false
    }
  }

  /// Whether doing it twice is as good as once (RFC 9110 §9.2.2), so that it may be sent again.
  public var isIdempotent: Bool {
    switch self {
    case .get, .head, .options, .trace, .put, .delete: true
    case .post, .patch, .connect, .other: false
    }
  }
}
