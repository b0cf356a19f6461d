import CodecTestSupport
import HTTP1
import HTTPSemantics
import Testing

/// One head that must be refused however it is cut up, and with what.
struct RefusedRequest: Sendable, CustomTestStringConvertible {
  let name: String
  let wire: [UInt8]
  let error: RequestError
  let status: StatusCode
  var testDescription: String { name }

  init(_ name: String, _ wire: String, _ error: RequestError, _ status: StatusCode = .badRequest) {
    self.init(name, octets: Array(wire.utf8), error, status)
  }

  init(
    _ name: String, octets: [UInt8], _ error: RequestError, _ status: StatusCode = .badRequest
  ) {
    (self.name, wire, self.error, self.status) = (name, octets, error, status)
  }

  /// A POST to `a` with these fields besides Host.
  init(
    _ name: String, fields: String, version: String = "1.1", _ error: RequestError,
    _ status: StatusCode = .badRequest
  ) {
    self.init(
      name, "POST / HTTP/\(version)\r\nHost: a\r\n\(fields)\r\n\r\n", error, status)
  }
}

@Suite("Requests that are refused")
struct RequestErrorTests {
  @Test("framing that two recipients could see differently", arguments: RefusedRequest.framing)
  func framing(_ c: RefusedRequest) { expectRefused(c) }

  @Test("lines that break the grammar", arguments: RefusedRequest.lines)
  func lines(_ c: RefusedRequest) { expectRefused(c) }

  @Test("targets and hosts", arguments: RefusedRequest.targets)
  func targets(_ c: RefusedRequest) { expectRefused(c) }

  @Test("expectations and options that are not understood", arguments: RefusedRequest.options)
  func options(_ c: RefusedRequest) { expectRefused(c) }

  @Test("heads past their limits", arguments: RefusedRequest.limits)
  func limits(_ c: RefusedRequest) { expectRefused(c) }

  private func expectRefused(_ c: RefusedRequest) {
    for arrivals in Pieces.deliveries(of: c.wire.count) {
      #expect(throws: c.error) { try parseRequest(c.wire, arrivals: arrivals).get() }
    }
    #expect(c.error.status == c.status)
  }

  @Test("labels are snake_case and tell the rules apart")
  func labels() {
    let all =
      RefusedRequest.framing + RefusedRequest.lines + RefusedRequest.targets
      + RefusedRequest.options + RefusedRequest.limits
    var labels: [String: Set<StatusCode>] = [:]
    for c in all { labels[c.error.reason.description, default: []].insert(c.status) }
    for (label, statuses) in labels {
      #expect(
        label.utf8.allSatisfy {
          (0x61...0x7A).contains($0) || $0 == 0x5F || (0x30...0x39).contains($0)
        })
      #expect(statuses.count == 1, "\(label)")
    }
    #expect(labels.count >= 35)
  }

  @Test(
    "another protocol is told at its first octet",
    arguments: [[0x16], [0x16, 0x03, 0x01], [0x00], [0x80, 0x2E], [0x1F, 0x8B]] as [[UInt8]])
  func otherProtocols(_ octets: [UInt8]) {
    #expect(throws: RequestError.invalidMethod(octets[0])) {
      try parseRequest(octets, arrivals: [1]).get()
    }
  }

  @Test("limits are told of without a line's end")
  func limitsWithoutLineEnd() {
    let target = Array("GET /".utf8) + [UInt8](repeating: 0x61, count: 8189)
    #expect(throws: RequestError.targetTooLong) {
      try parseRequest(target, arrivals: [target.count]).get()
    }
    let value = Array("GET / HTTP/1.1\r\nX: ".utf8) + [UInt8](repeating: 0x61, count: 32749)
    #expect(throws: RequestError.field(.sectionTooLarge)) {
      try parseRequest(value, arrivals: [value.count]).get()
    }
    let name = Array("GET / HTTP/1.1\r\n".utf8) + [UInt8](repeating: 0x61, count: 32752)
    #expect(throws: RequestError.field(.sectionTooLarge)) {
      try parseRequest(name, arrivals: [name.count]).get()
    }
  }

  @Test("heads that just keep to their limits are read")
  func justWithin() throws {
    func expectRead(_ wire: String) throws {
      let octets = Array(wire.utf8)
      for arrivals in Pieces.deliveries(of: octets.count) {
        #expect(try parseRequest(octets, arrivals: arrivals).get()?.length == octets.count)
      }
    }
    let path = String(repeating: "a", count: 8192 - "GET / HTTP/1.1".utf8.count)
    try expectRead("GET /\(path) HTTP/1.1\r\nHost: a\r\n\r\n")
    let start = "GET / HTTP/1.1\r\nHost: a\r\nX: "
    try expectRead(start + String(repeating: "a", count: 32768 - start.utf8.count - 4) + "\r\n\r\n")
    let fields = (0..<99).map { "X\($0): y\r\n" }.joined()
    try expectRead("GET / HTTP/1.1\r\nHost: a\r\n\(fields)\r\n")
  }
}
