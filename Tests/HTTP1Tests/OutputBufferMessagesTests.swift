import Bytes
import CodecTestSupport
import HTTP1
import HTTPSemantics
import Testing

@Suite("Writing of messages")
struct OutputBufferMessagesTests {
  @Test("lines and fields are written as they stand on the wire")
  func lines() {
    let (name, value, empty) = (Array("X-A".utf8), Array("b c".utf8), [UInt8]())
    // Small, so that each part has to grow it.
    var output = OutputBuffer(capacity: 1)
    output.appendRequestLine(method: Array("GET".utf8).span, target: Array("/?a".utf8).span)
    output.appendStatusLine(.ok)
    output.appendStatusLine(.uriTooLong)
    output.appendStatusLine(299, reason: value.span)
    output.appendStatusLine(204, reason: empty.span)
    output.appendField(name: name.span, value: value.span)
    output.appendField(name: name.span, value: empty.span)
    output.appendField("Server", "portico")
    output.appendField("Host", value: value.span)
    output.appendField("Content-Length", decimal: 1234)
    let written = output.span.text
    #expect(
      written == """
        GET /?a HTTP/1.1\r
        HTTP/1.1 200 OK\r
        HTTP/1.1 414 URI Too Long\r
        HTTP/1.1 299 b c\r
        HTTP/1.1 204 \r
        X-A: b c\r
        X-A: \r
        Server: portico\r
        Host: b c\r
        Content-Length: 1234\r

        """)
  }

  @Test("what is encoded in chunks decodes to the same", arguments: [1, 9, 10, 255, 4096, 70_000])
  func chunks(_ size: Int) throws {
    let content = (0..<size).map { UInt8(truncatingIfNeeded: $0) }
    var output = OutputBuffer()
    for _ in 0..<2 {
      output.appendChunkHead(size: size)
      output.append(content.span)
      output.append("\r\n")
    }
    output.appendLastChunk()
    let bytes = output.span
    let wire = bytes.indices.map { bytes[$0] }
    let body = try decodeBody(wire, .chunked, arrivals: [wire.count]).get()
    #expect(body == DecodedBody(content: content + content))
  }

  @Test("only trailers that may be forwarded are")
  func trailers() throws {
    let wire = Array("0\r\nA: b\r\nHost: evil\r\nC_d: e\r\nF:g\r\n\r\n".utf8)
    var decoder = BodyDecoder(.chunked)
    var position = 0
    let event = try decoder.next(in: wire.span, at: &position)
    #expect(event == .end)
    var output = OutputBuffer()
    output.appendLastChunk(trailers: decoder.trailers)
    let written = output.span.text
    #expect(written == "0\r\nA: b\r\nF: g\r\n\r\n")
  }
}
