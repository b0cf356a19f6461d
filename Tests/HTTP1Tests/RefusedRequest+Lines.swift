import HTTP1
import HTTPSemantics

extension RefusedRequest {
  /// RFC 9112 §2.2, §3, §5.
  static let lines: [RefusedRequest] = requestLines + fieldLines + values

  private static let requestLines: [RefusedRequest] = [
    RefusedRequest(
      "a third empty line", "\r\n\r\n\r\nGET / HTTP/1.1\r\n\r\n", .tooManyLeadingLines),
    RefusedRequest("LF before the request line", "\nGET / HTTP/1.1\r\n\r\n", .field(.bareLF)),
    RefusedRequest("CR before the request line", "\rGET / HTTP/1.1\r\n\r\n", .field(.bareCR)),
    RefusedRequest("space before the method", " GET / HTTP/1.1\r\n\r\n", .invalidMethod(0x20)),
    RefusedRequest("an octet that no method has", "G@T / HTTP/1.1\r\n\r\n", .invalidMethod(0x40)),
    RefusedRequest("tab after the method", "GET\t/ HTTP/1.1\r\n\r\n", .invalidMethod(0x09)),
    RefusedRequest("a method alone", "GET\r\n\r\n", .invalidMethod(0x0D)),
    RefusedRequest(
      "a TLS ClientHello", octets: [0x16, 0x03, 0x01, 0x00, 0xC8], .invalidMethod(0x16)),
    RefusedRequest(
      "a method of 33 octets", "\(String(repeating: "M", count: 33)) / HTTP/1.1\r\n\r\n",
      .methodTooLong),
    RefusedRequest("two spaces after the method", "GET  / HTTP/1.1\r\n\r\n", .emptyTarget),
    RefusedRequest("no target", "GET \r\n\r\n", .emptyTarget),
    RefusedRequest("HTTP/0.9", "GET /\r\n", .missingVersion),
    RefusedRequest("HTTP/0.9 with LF", "GET /\n", .missingVersion),
    RefusedRequest(
      "HTTP/0.9 in words", "GET / HTTP/0.9\r\n\r\n", .unsupportedVersion, .httpVersionNotSupported),
    RefusedRequest("two spaces before the version", "GET /  HTTP/1.1\r\n\r\n", .invalidVersion),
    RefusedRequest("space after the version", "GET / HTTP/1.1 \r\n\r\n", .invalidVersion),
    RefusedRequest("space in the target", "GET /a b HTTP/1.1\r\n\r\n", .invalidVersion),
    RefusedRequest("HTTP/01.1", "GET / HTTP/01.1\r\n\r\n", .invalidVersion),
    RefusedRequest("HTTP/1.10", "GET / HTTP/1.10\r\n\r\n", .invalidVersion),
    RefusedRequest("http/1.1", "GET / http/1.1\r\n\r\n", .invalidVersion),
    RefusedRequest("HTTP/1", "GET / HTTP/1\r\n\r\n", .invalidVersion),
    RefusedRequest("HTTP/1,1", "GET / HTTP/1,1\r\n\r\n", .invalidVersion),
    RefusedRequest(
      "HTTP/2.0", "GET / HTTP/2.0\r\n\r\n", .unsupportedVersion, .httpVersionNotSupported),
    RefusedRequest(
      "HTTP/9.9", "GET / HTTP/9.9\r\n\r\n", .unsupportedVersion, .httpVersionNotSupported),
    RefusedRequest(
      "the preface of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", .unsupportedVersion,
      .httpVersionNotSupported),
    RefusedRequest("bare LF after the version", "GET / HTTP/1.1\nHost: a\r\n\r\n", .field(.bareLF)),
    RefusedRequest("bare CR after the version", "GET / HTTP/1.1\rHost: a\r\n\r\n", .field(.bareCR)),
  ]

  private static let fieldLines: [RefusedRequest] = [
    RefusedRequest("bare LF after a field", "GET / HTTP/1.1\r\nHost: a\n\r\n", .field(.bareLF)),
    RefusedRequest("bare LF as the empty line", "GET / HTTP/1.1\r\nHost: a\r\n\n", .field(.bareLF)),
    RefusedRequest("bare CR in a value", fields: "X: a\rb", .field(.bareCR)),
    RefusedRequest("CR CR LF", fields: "X: a\r", .field(.bareCR)),
    RefusedRequest("CR alone ends a line", "GET / HTTP/1.1\r\nHost: a\rX: y\r\r", .field(.bareCR)),
    RefusedRequest(
      "CR before the empty line", "GET / HTTP/1.1\r\nHost: a\r\n\r\r\n", .field(.bareCR)),
    RefusedRequest("obs-fold with space", fields: "X: a\r\n b", .field(.obsoleteFolding)),
    RefusedRequest("obs-fold with tab", fields: "X: a\r\n\tb", .field(.obsoleteFolding)),
    RefusedRequest(
      "a folded Transfer-Encoding", fields: "Transfer-Encoding:\r\n chunked",
      .field(.obsoleteFolding)),
    RefusedRequest(
      "whitespace after the request line", "GET / HTTP/1.1\r\n Host: a\r\n\r\n",
      .field(.whitespaceAfterStartLine)),
    RefusedRequest(
      "a line of whitespace after the request line", "GET / HTTP/1.1\r\n \r\nHost: a\r\n\r\n",
      .field(.whitespaceAfterStartLine)),
    RefusedRequest(
      "space before the colon", fields: "Transfer-Encoding : chunked",
      .field(.whitespaceBeforeColon)),
    RefusedRequest("tab before the colon", fields: "X\t: y", .field(.whitespaceBeforeColon)),
    RefusedRequest("space in a name", fields: "X Y: z", .field(.whitespaceBeforeColon)),
    RefusedRequest("no colon", fields: "Xyz", .field(.missingColon)),
    RefusedRequest("no colon, bare LF", fields: "Xyz\nA: b", .field(.missingColon)),
    RefusedRequest("no name", fields: ": x", .field(.emptyName)),
    RefusedRequest("bracket in a name", fields: "X[0]: y", .field(.invalidName(0x5B))),
    RefusedRequest("non-ASCII octet in a name", fields: "caf\u{e9}: y", .field(.invalidName(0xC3))),
    RefusedRequest("NUL in a name", fields: "X\0: y", .field(.invalidName(0))),
    RefusedRequest(
      "a second request in place of a field", fields: "GET / HTTP/1.1",
      .field(.whitespaceBeforeColon)),
  ]

  private static let values: [RefusedRequest] = {
    let controls = (UInt8(0)...0x1F).filter { $0 != 0x09 && $0 != 0x0A && $0 != 0x0D }
    return (controls + [0x7F]).map { octet in
      var wire = Array("GET / HTTP/1.1\r\nHost: a\r\nX: y".utf8)
      wire.append(octet)
      wire += Array("z\r\n\r\n".utf8)
      return RefusedRequest(
        "octet \(octet) in a value", octets: wire, .field(.invalidValue(octet)))
    }
  }()
}
