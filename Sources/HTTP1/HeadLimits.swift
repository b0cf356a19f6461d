/// How large the head of a message may be. The defaults are those for requests.
public struct HeadLimits: Sendable {
  /// What happens to a field whose name has `_` or `.` in it.
  ///
  /// Such names are legal, but origins that turn names into variables take `Transfer_Encoding` for
  /// `Transfer-Encoding`.
  public enum OddNames: Sendable {
    /// The line is marked as hop-by-hop, so that it is not forwarded.
    case drop
    case keep
    /// The message is refused.
    case reject
  }

  /// Octets of a start line, without its CRLF. 8 KiB.
  public var maxStartLine = 8192
  /// Octets of a whole head, from its first to the CRLF that ends it. 32 KiB.
  public var maxHead = 32768
  /// Field lines of a head. 100.
  public var maxFields = 100
  public var oddNames = OddNames.drop

  public init() {}

  /// The defaults for responses: backends are given more room.
  public static var response: HeadLimits {
    var limits = HeadLimits()
    limits.maxHead = 65536
    limits.maxFields = 200
    return limits
  }

  /// The limits of a trailer section.
  static var trailers: HeadLimits {
    var limits = HeadLimits()
    limits.maxHead = 8192
    limits.maxFields = 32
    return limits
  }
}
