import Bytes
import CMallocCounter
import HTTP1
import HTTPSemantics
import Testing

/// Holds in debug builds as in release builds. Refused messages are measured by `codec-bench`: the
/// testing library takes note of every error thrown, and allocates for that.
@Suite("Allocations in steady state", .enabled(if: malloc_is_counted()))
struct AllocationTests {
  static let request = Array(
    "POST /a%20b/../c?d=e HTTP/1.1\r\nHost: www.example.com:8080\r\nConnection: keep-alive, x-a\r\nX-A: b\r\nTE: trailers\r\nTransfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n"
      .utf8)
  static let response = Array(
    "HTTP/1.1 200 OK\r\nServer: origin\r\nKeep-Alive: timeout=5\r\nContent-Length: 12\r\n\r\n".utf8)
  static let chunks = Array(
    (String(repeating: "5;a=\"b\"\r\nhello\r\n", count: 100) + "0\r\n\r\n").utf8)

  @Test("a request's head costs none")
  func requestHead() {
    var parser = RequestHeadParser(limits: HeadLimits())
    var head = RequestHead()
    let wire = Self.request
    expectNoAllocation {
      (try? parser.parse(wire.span, into: &head)) == true && head.length == wire.count
    }
    let half = wire.count / 2
    expectNoAllocation {
      _ = try? parser.parse(wire.span.extracting(0..<half), into: &head)
      return (try? parser.parse(wire.span, into: &head)) == true
    }
  }

  @Test("a response's head costs none")
  func responseHead() {
    var parser = ResponseHeadParser(limits: .response)
    var head = ResponseHead()
    let wire = Self.response
    expectNoAllocation {
      (try? parser.parse(wire.span, requestMethod: .get, into: &head)) == true
    }
  }

  @Test("a chunked body without trailers costs none")
  func chunked() {
    let wire = Self.chunks
    expectNoAllocation {
      var decoder = BodyDecoder(.chunked)
      var position = 0
      var count = 0
      while let event = try? decoder.next(in: wire.span, at: &position) {
        switch event {
        case .data(let range): count += range.count
        case .needMoreBytes: return false
        case .end: return count == 500
        }
      }
      return false
    }
  }

  @Test("writing a head costs none")
  func writing() {
    var output = OutputBuffer()
    let value = Array("value".utf8)
    expectNoAllocation {
      output.removeAll()
      output.appendStatusLine(.notFound)
      output.appendField("Server", "portico")
      output.appendField(name: value.span, value: value.span)
      output.append("Date: ")
      HTTPDate.write(unixSeconds: 0, into: &output)
      output.appendChunkHead(size: 4096)
      output.appendLastChunk()
      return output.count > 80
    }
  }

  @Test("normalising a path costs none")
  func path() {
    var normal: [UInt8] = []
    let path = Array("/a%20b/../%63/./d".utf8)
    expectNoAllocation {
      (try? PathNormalizer.normalize(path.span, into: &normal)) != nil && normal.count == 4
    }
  }

  /// Expects that `operation` allocates nothing in steady state, and does what it should.
  ///
  /// The runtime of the language makes metadata and caches when it first needs them, in a debug
  /// build not always at the first call; so the best of a few rounds counts. What allocates per
  /// message does so in each of them.
  private func expectNoAllocation(_ operation: () -> Bool) {
    var isRight = operation()
    var allocations = UInt.max
    for _ in 0..<5 {
      let before = malloc_count()
      for _ in 0..<10 { isRight = operation() && isRight }
      allocations = min(allocations, malloc_count() - before)
    }
    #expect(isRight)
    #expect(allocations == 0)
  }
}
