import Bytes
import EventLoop
import HTTPSemantics

/// What gRPC over HTTP/2 wants of a proxy beyond HTTP: calls have a deadline of their own, streams
/// may be silent, and errors come as a status in trailers.
enum GRPC {
  /// Codes of `grpc-status`.
  enum Status: UInt64 {
    case cancelled = 1
    case unknown = 2
    case deadlineExceeded = 4
    case resourceExhausted = 8
    case unimplemented = 12
    case `internal` = 13
    case unavailable = 14
  }

  /// An error of ours as gRPC has it: a head that is all of the response.
  static func response(
    to error: ProxyError, isTooLate: Bool
  ) -> OwnResponse {
    var response = OwnResponse(status: .ok, content: .empty)
    response.isTrailersOnly = true
    response.reason = error.reason
    response.fields = [
      OwnField("content-type", "application/grpc"),
      OwnField("grpc-status", "\(status(of: error, isTooLate: isTooLate).rawValue)"),
      OwnField("grpc-message", "portico: \(error.reason)"),
    ]
    return response
  }

  /// Whether a request with this `Content-Type` is a call. gRPC-Web is none: it is plain HTTP.
  static func isCall(contentType value: Span<UInt8>) -> Bool {
    let type: StaticString = "application/grpc"
    let length = type.utf8CodeUnitCount
    guard value.startsIgnoringCase(with: type) else { return false }
    guard value.count > length else { return true }
    return value[length] == UInt8(ascii: "+") || value[length] == .semicolon
      || value[length].isWhitespace
  }

  /// The time that `grpc-timeout` gives the call: at most 8 digits, and a unit.
  ///
  /// - Returns: nil for a value that breaks the grammar, which is passed over.
  static func timeout(_ value: Span<UInt8>) -> Interval? {
    guard (2...9).contains(value.count) else { return nil }
    let digits = value.extracting(0..<value.count - 1)
    guard let count = digits.decimalValue else { return nil }
    let amount = Int64(clamping: count)
    switch value[value.count - 1] {
    case UInt8(ascii: "H"): return .seconds(amount * 3600)
    case UInt8(ascii: "M"): return .seconds(amount * 60)
    case UInt8(ascii: "S"): return .seconds(amount)
    case UInt8(ascii: "m"): return .milliseconds(amount)
    case UInt8(ascii: "u"): return Interval(microseconds: amount)
    // A deadline that is over before it began would be no help to anybody.
    case UInt8(ascii: "n"): return Interval(microseconds: max(1, amount / 1000))
    default: return nil
    }
  }

  /// The code for an error of ours, as gRPC's own table has it.
  ///
  /// - Parameter isTooLate: Whether the call's own time is over.
  static func status(of error: ProxyError, isTooLate: Bool) -> Status {
    guard !isTooLate else { return .deadlineExceeded }
    switch error.status {
    case .badRequest: return .internal
    case .notFound, .notImplemented, .methodNotAllowed: return .unimplemented
    case .contentTooLarge, .requestHeaderFieldsTooLarge: return .resourceExhausted
    case .badGateway, .serviceUnavailable, .gatewayTimeout: return .unavailable
    case .clientClosedRequest, .requestTimeout: return .cancelled
    case _: return .unknown
    }
  }
}
