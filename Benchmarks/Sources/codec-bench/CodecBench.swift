import Bytes
import HTTP1
import HTTPSemantics
import Measuring

/// `codec-bench [PART-OF-A-NAME]`
@main
struct CodecBench {
  static func main() {
    let measure = Measure()
    requests(measure)
    responses(measure)
    bodies(measure)
    writing(measure)
    semantics(measure)
    FieldBlockBench.run(measure)
    EngineBench.run(measure)
  }

  private static func requests(_ measure: Measure) {
    var parser = RequestHeadParser(limits: HeadLimits())
    var head = RequestHead()
    for (name, wire) in [
      ("request-head/small", Samples.smallRequest),
      ("request-head/browser", Samples.browserRequest),
    ] {
      measure(name) {
        _ = try? parser.parse(wire.span, into: &head)
        return head.length
      }
    }
    let refused = Array("GET / HTTP/1.1\r\nHost: a\r\nX : y\r\n\r\n".utf8)
    measure("request-head/refused") {
      do throws(RequestError) {
        return try parser.parse(refused.span, into: &head) ? 1 : 0
      } catch {
        return Int(error.status.rawValue)
      }
    }
    let wire = Samples.browserRequest
    measure("request-head/browser-in-pieces-of-64") {
      var end = 0
      while end < wire.count {
        end = min(end + 64, wire.count)
        _ = try? parser.parse(wire.span.extracting(0..<end), into: &head)
      }
      return head.length
    }
  }

  private static func responses(_ measure: Measure) {
    var parser = ResponseHeadParser(limits: .response)
    var head = ResponseHead()
    for (name, wire) in [
      ("response-head/length", Samples.response),
      ("response-head/chunked", Samples.chunkedResponse),
    ] {
      measure(name) {
        _ = try? parser.parse(wire.span, requestMethod: .get, into: &head)
        return head.length
      }
    }
  }

  private static func bodies(_ measure: Measure) {
    measure("body/chunked-64x1KiB") { decode(Samples.chunked) }
    measure("body/chunked-with-trailers") { decode(Samples.chunkedWithTrailers) }
  }

  private static func decode(_ wire: [UInt8]) -> Int {
    var decoder = BodyDecoder(.chunked)
    var position = 0
    var count = 0
    while let event = try? decoder.next(in: wire.span, at: &position) {
      switch event {
      case .data(let range): count &+= range.count
      case .needMoreBytes: return -1
      case .end: return count
      }
    }
    return -2
  }

  private static func writing(_ measure: Measure) {
    var parser = RequestHeadParser(limits: HeadLimits())
    var head = RequestHead()
    let wire = Samples.browserRequest
    _ = try? parser.parse(wire.span, into: &head)
    var output = OutputBuffer()
    measure("write/forward-browser-request") {
      output.removeAll()
      let bytes = wire.span
      output.appendRequestLine(method: bytes[head.methodBytes], target: bytes[head.target])
      for index in head.fields.lines.indices {
        let line = head.fields.lines[index]
        if !line.isHopByHop { output.appendField(name: bytes[line.name], value: bytes[line.value]) }
      }
      output.append("\r\n")
      return output.count
    }
    measure("write/date") {
      output.removeAll()
      HTTPDate.write(unixSeconds: 784_111_777, into: &output)
      return output.count
    }
  }

  private static func semantics(_ measure: Measure) {
    let path = Array("/articles/./2024/%7euser/../x/%c3%a9".utf8)
    var normal: [UInt8] = []
    measure("path/normalize") {
      try? PathNormalizer.normalize(path.span, into: &normal)
      return normal.count
    }
    let host = Array("www.example.com:8080".utf8)
    measure("authority") { ((try? Authority(host.span))?.port).map { Int($0) } ?? 0 }
  }
}
