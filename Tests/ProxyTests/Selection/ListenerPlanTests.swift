import CodecTestSupport
import Configuration
import Testing

@testable import Proxy

@Suite("The plan of a listener")
struct ListenerPlanTests {
  @Test("HTTP/2 stands above HTTP/1.1, whose selector takes everything")
  func order() {
    let doors = ListenerPlan(ListenerConfig()).doors
    #expect(doors.map(\.selector) == [.http2Preface, .http1])
    #expect(doors.map(\.service) == [.http2, .http1])
  }

  @Test("HTTP/2 by prior knowledge is refused where it is off")
  func withoutPriorKnowledge() {
    var config = ListenerConfig()
    config.http2?.priorKnowledge = false
    #expect(ListenerPlan(config).doors.map(\.service) == [.refuseVersion, .http1])
    config.http2 = nil
    #expect(ListenerPlan(config).doors.map(\.service) == [.refuseVersion, .http1])
  }

  @Test("a protocol that is not configured has no door")
  func withoutHTTP1() {
    var config = ListenerConfig()
    config.http1 = nil
    #expect(ListenerPlan(config).doors.map(\.selector) == [.http2Preface])
  }

  struct Verdicts: Sendable, CustomTestStringConvertible {
    let prefix: String
    let http2: Verdict
    var testDescription: String { prefix.debugDescription }
  }

  static let verdicts = [
    Verdicts(prefix: "P", http2: .undecided),
    Verdicts(prefix: "PRI * HTTP/2.0\r\n\r\nSM\r\n\r", http2: .undecided),
    Verdicts(prefix: "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", http2: .match),
    Verdicts(prefix: "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\nx", http2: .match),
    Verdicts(prefix: "PRI * HTTP/2.0\r\n\r\nSM\r\n\rx", http2: .reject),
    Verdicts(prefix: "PO", http2: .reject),
    Verdicts(prefix: "x", http2: .reject),
  ]

  @Test("a selector says match, reject or undecided", arguments: verdicts)
  func judging(_ c: Verdicts) {
    #expect(c.prefix.withSpan { ProtocolSelector.http2Preface.judge($0) } == c.http2)
    #expect(c.prefix.withSpan { ProtocolSelector.http1.judge($0) } == .match)
  }
}
