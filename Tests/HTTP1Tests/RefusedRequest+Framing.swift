import HTTP1
import HTTPSemantics

extension RefusedRequest {
  /// RFC 9112 §6, RFC 9110 §8.6.
  static let framing: [RefusedRequest] =
    [
      RefusedRequest(
        "CL.TE", fields: "Content-Length: 4\r\nTransfer-Encoding: chunked",
        .framing(.contentLengthWithTransferEncoding)),
      RefusedRequest(
        "TE.CL", fields: "Transfer-Encoding: chunked\r\nContent-Length: 4",
        .framing(.contentLengthWithTransferEncoding)),
      RefusedRequest(
        "an empty Transfer-Encoding with a length",
        fields: "Transfer-Encoding:\r\nContent-Length: 4",
        .framing(.contentLengthWithTransferEncoding)),
      RefusedRequest(
        "Transfer-Encoding in HTTP/1.0", fields: "Transfer-Encoding: chunked", version: "1.0",
        .framing(.transferEncodingOnHTTP10)),
      RefusedRequest(
        "two Transfer-Encoding lines",
        fields: "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
        .framing(.duplicateTransferEncoding)),
    ] + transferEncodings + contentLengths

  private static let transferEncodings: [RefusedRequest] = [
    ("xchunked", .chunkedNotFinal, .badRequest), ("identity", .chunkedNotFinal, .badRequest),
    ("gzip", .chunkedNotFinal, .badRequest), ("chunked, gzip", .chunkedNotFinal, .badRequest),
    ("chunked, identity", .chunkedNotFinal, .badRequest),
    ("chunked, chunked", .chunkedNotFinal, .badRequest),
    ("chunked, gzip, chunked", .chunkedNotFinal, .badRequest),
    ("gzip, chunked", .unsupportedTransferCoding, .notImplemented),
    ("foo ,\tCHUNKED", .unsupportedTransferCoding, .notImplemented),
    ("", .malformedTransferEncoding, .badRequest),
    (", chunked", .malformedTransferEncoding, .badRequest),
    ("chunked,", .malformedTransferEncoding, .badRequest),
    ("gzip,,chunked", .malformedTransferEncoding, .badRequest),
    ("\"chunked\"", .malformedTransferEncoding, .badRequest),
    ("chunked;q=1", .malformedTransferEncoding, .badRequest),
    ("gzip;level=9, chunked", .malformedTransferEncoding, .badRequest),
    ("chun ked", .malformedTransferEncoding, .badRequest),
    ("chunked\u{a0}", .malformedTransferEncoding, .badRequest),
  ].map { (value: String, error: FramingError, status: StatusCode) in
    RefusedRequest(
      "Transfer-Encoding: \(value)", fields: "Transfer-Encoding: \(value)", .framing(error), status)
  }

  private static let contentLengths: [RefusedRequest] = [
    ("+5", .invalidContentLength), ("-5", .invalidContentLength), ("0x5", .invalidContentLength),
    ("5_0", .invalidContentLength), ("5.0", .invalidContentLength), ("5 6", .invalidContentLength),
    ("5, 5", .invalidContentLength), ("5, 6", .invalidContentLength), ("5,", .invalidContentLength),
    ("", .invalidContentLength), ("٥", .invalidContentLength), ("5a", .invalidContentLength),
    ("9223372036854775808", .contentLengthTooLarge),
    ("18446744073709551615", .contentLengthTooLarge),
    ("18446744073709551621", .contentLengthTooLarge),
    ("99999999999999999999999999", .contentLengthTooLarge),
    ("5\r\nContent-Length: 6", .duplicateContentLength),
    ("5\r\nContent-Length: 5", .duplicateContentLength),
    ("5\r\nX: y\r\ncontent-length: 5", .duplicateContentLength),
  ].map { (value: String, error: FramingError) in
    RefusedRequest("Content-Length: \(value)", fields: "Content-Length: \(value)", .framing(error))
  }
}
