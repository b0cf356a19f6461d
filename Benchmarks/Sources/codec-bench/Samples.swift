/// Messages as they are on the wire.
enum Samples {
  /// What a load generator sends.
  static let smallRequest = Array(
    "GET / HTTP/1.1\r\nHost: 127.0.0.1:8080\r\nUser-Agent: load\r\nAccept: */*\r\n\r\n".utf8)

  /// What a browser sends.
  static let browserRequest = Array(
    """
    GET /articles/2024/summer/index.html?page=2&sort=date HTTP/1.1\r
    Host: www.example.com\r
    User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0\r
    Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8\r
    Accept-Language: en-US,en;q=0.5\r
    Accept-Encoding: gzip, deflate, br, zstd\r
    Connection: keep-alive\r
    Cookie: session=0123456789abcdef0123456789abcdef; theme=dark\r
    Sec-Fetch-Mode: navigate\r
    \r

    """.utf8)

  static let response = Array(
    """
    HTTP/1.1 200 OK\r
    Server: origin\r
    Date: Sun, 06 Nov 1994 08:49:37 GMT\r
    Content-Type: text/plain\r
    Content-Length: 101\r
    Connection: keep-alive\r
    \r

    """.utf8)

  static let chunkedResponse = Array(
    """
    HTTP/1.1 200 OK\r
    Content-Type: application/json; charset=utf-8\r
    Transfer-Encoding: chunked\r
    Cache-Control: no-store\r
    X-Trace: 4bf92f3577b34da6a3ce929d0e0e4736\r
    \r

    """.utf8)

  /// 64 chunks of 1 KiB.
  static let chunked: [UInt8] = {
    var octets: [UInt8] = []
    for _ in 0..<64 {
      octets += Array("400\r\n".utf8) + [UInt8](repeating: 0x61, count: 1024) + [0x0D, 0x0A]
    }
    return octets + Array("0\r\n\r\n".utf8)
  }()

  static let chunkedWithTrailers = Array(
    "5\r\nhello\r\n0\r\ngrpc-status: 0\r\ngrpc-message: ok\r\n\r\n".utf8)
}
