import HTTP1
import HTTPSemantics

extension RefusedRequest {
  /// RFC 9112 §3.2.
  static let targets: [RefusedRequest] = forms + hosts + targetOctets

  private static let forms: [RefusedRequest] = [
    RefusedRequest("GET *", "GET * HTTP/1.1\r\nHost: a\r\n\r\n", .invalidTargetForm),
    RefusedRequest("a relative path", "GET a/b HTTP/1.1\r\nHost: a\r\n\r\n", .invalidTargetForm),
    RefusedRequest(
      "authority-form with GET", "GET a:80 HTTP/1.1\r\nHost: a\r\n\r\n", .invalidTargetForm),
    RefusedRequest("a query alone", "GET ?a HTTP/1.1\r\nHost: a\r\n\r\n", .invalidTargetForm),
    RefusedRequest("no scheme", "GET ://a/ HTTP/1.1\r\nHost: a\r\n\r\n", .unsupportedScheme),
    RefusedRequest(
      "a foreign scheme", "GET ftp://a/ HTTP/1.1\r\nHost: a\r\n\r\n", .unsupportedScheme),
    RefusedRequest(
      "one slash after the scheme", "GET http:/a HTTP/1.1\r\nHost: a\r\n\r\n", .invalidTargetForm),
    RefusedRequest(
      "an empty authority", "GET http:/// HTTP/1.1\r\nHost: a\r\n\r\n", .authority(.emptyHost)),
    RefusedRequest(
      "userinfo", "GET http://user@a/ HTTP/1.1\r\nHost: a\r\n\r\n", .authority(.userinfo)),
    RefusedRequest(
      "userinfo with password", "GET http://u:p@a/ HTTP/1.1\r\nHost: a\r\n\r\n",
      .authority(.userinfo)),
    RefusedRequest(
      "a bad port", "GET http://a:99999/ HTTP/1.1\r\nHost: a\r\n\r\n", .authority(.invalidPort)),
    RefusedRequest(
      "CONNECT", "CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n", .methodNotAllowed, .methodNotAllowed),
    RefusedRequest(
      "TRACE", "TRACE / HTTP/1.1\r\nHost: a\r\n\r\n", .methodNotAllowed, .methodNotAllowed),
  ]

  private static let hosts: [RefusedRequest] = [
    RefusedRequest("no Host", "GET / HTTP/1.1\r\n\r\n", .missingHost),
    RefusedRequest("no Host beside absolute-form", "GET http://a/ HTTP/1.1\r\n\r\n", .missingHost),
    RefusedRequest("two Hosts", fields: "Host: b", .duplicateHost),
    RefusedRequest("twice the same Host", fields: "Host: a", .duplicateHost),
    RefusedRequest("two Hosts in HTTP/1.0", fields: "Host: a", version: "1.0", .duplicateHost),
    RefusedRequest("an empty Host", "GET / HTTP/1.1\r\nHost:\r\n\r\n", .authority(.emptyHost)),
    RefusedRequest(
      "a list of hosts", "GET / HTTP/1.1\r\nHost: x, y\r\n\r\n", .authority(.invalidHost)),
    RefusedRequest(
      "space in Host", "GET / HTTP/1.1\r\nHost: a b\r\n\r\n", .authority(.invalidHost)),
    RefusedRequest(
      "a path in Host", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", .authority(.invalidHost)),
    RefusedRequest(
      "userinfo in Host", "GET / HTTP/1.1\r\nHost: u@a\r\n\r\n", .authority(.userinfo)),
    RefusedRequest(
      "a word as port", "GET / HTTP/1.1\r\nHost: a:b\r\n\r\n", .authority(.invalidPort)),
    RefusedRequest(
      "port 65536", "GET / HTTP/1.1\r\nHost: a:65536\r\n\r\n", .authority(.invalidPort)),
    RefusedRequest(
      "a bad IPv6 address", "GET / HTTP/1.1\r\nHost: [::g]\r\n\r\n", .authority(.invalidHost)),
    RefusedRequest("NUL in Host", "GET / HTTP/1.1\r\nHost: a\0b\r\n\r\n", .field(.invalidValue(0))),
    RefusedRequest(
      "Host differs from the target", "GET http://a/ HTTP/1.1\r\nHost: b\r\n\r\n", .hostMismatch),
    RefusedRequest(
      "the port of Host differs", "GET http://a/ HTTP/1.1\r\nHost: a:81\r\n\r\n", .hostMismatch),
    RefusedRequest(
      "the port of another scheme", "GET https://a/ HTTP/1.1\r\nHost: a:80\r\n\r\n", .hostMismatch),
    RefusedRequest(
      "a bad Host beside absolute-form", "GET http://a/ HTTP/1.1\r\nHost: a:\u{e9}\r\n\r\n",
      .authority(.invalidPort)),
  ]

  private static let targetOctets: [RefusedRequest] = {
    let controls = (UInt8(0)...0x1F).filter { $0 != 0x0A && $0 != 0x0D }
    let others: [UInt8] = [0x23, 0x7F, 0x80, 0xC3, 0xFF]
    return (controls + others).map { octet in
      var wire = Array("GET /a".utf8)
      wire.append(octet)
      wire += Array("b HTTP/1.1\r\nHost: a\r\n\r\n".utf8)
      return RefusedRequest("octet \(octet) in the target", octets: wire, .invalidTarget(octet))
    }
  }()
}
