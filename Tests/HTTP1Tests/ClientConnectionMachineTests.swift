import HTTP1
import Testing

@Suite("Life of a backend connection, RFC 9112 §9.3")
struct ClientConnectionMachineTests {
  enum Event: CaseIterable, Sendable {
    case requestHead, requestHeadWithContent, lastRequestHead, requestEnd
    case interim, responseHead, responseHeadWithContent, lastResponseHead, responseEnd
    case surplus, failed
  }

  /// A state, as the events that lead to it, and the events after which it may be reused, or may
  /// be reused once the exchange ends well.
  struct State: Sendable, CustomTestStringConvertible {
    let name: String
    let events: [Event]
    let canReuse: Bool
    /// The events that may come. After any other the connection is never used again.
    let allowed: Set<Event>
    /// How the exchange goes on to end well, if it can.
    let ending: [Event]?
    var testDescription: String { name }

    init(
      _ name: String, _ events: [Event], canReuse: Bool = false, allowed: Set<Event> = [],
      ending: [Event]? = nil
    ) {
      (self.name, self.events, self.canReuse) = (name, events, canReuse)
      (self.allowed, self.ending) = (allowed, ending)
    }
  }

  static let states = [
    State(
      "idle", [], canReuse: true,
      allowed: [.requestHead, .requestHeadWithContent, .lastRequestHead], ending: []),
    State(
      "request ended", [.requestHead],
      allowed: [.interim, .responseHead, .responseHeadWithContent, .lastResponseHead],
      ending: [.responseHead]),
    State(
      "request content", [.requestHeadWithContent],
      allowed: [.requestEnd, .interim, .responseHeadWithContent, .lastResponseHead],
      ending: [.requestEnd, .interim, .responseHead]),
    State(
      "both contents", [.requestHeadWithContent, .responseHeadWithContent], allowed: [.requestEnd],
      ending: [.requestEnd, .responseEnd]),
    State(
      "response content", [.requestHead, .responseHeadWithContent], allowed: [.responseEnd],
      ending: [.responseEnd]),
    State(
      "reused", [.requestHead, .responseHead], canReuse: true,
      allowed: [.requestHead, .requestHeadWithContent, .lastRequestHead], ending: []),
    State("early response", [.requestHeadWithContent, .responseHead]),
    State(
      "early response, request ends later", [.requestHeadWithContent, .responseHead, .requestEnd]),
    State(
      "last request", [.lastRequestHead],
      allowed: [.interim, .responseHeadWithContent, .lastResponseHead, .responseHead]),
    State("last request answered", [.lastRequestHead, .responseHead]),
    State("last response", [.requestHead, .lastResponseHead], allowed: [.responseEnd]),
    State("last response ended", [.requestHead, .lastResponseHead, .responseEnd]),
    State("octets nobody asked for", [.surplus]),
    State("failed", [.requestHead, .failed]),
  ]

  @Test("every event in every state", arguments: states)
  func table(_ state: State) {
    #expect(canReuse(after: state.events) == state.canReuse)
    if let ending = state.ending {
      #expect(canReuse(after: state.events + ending))
      // A connection that is reusable serves a whole exchange more.
      #expect(canReuse(after: state.events + ending + [.requestHead, .responseHead]))
    }
    for event in Event.allCases where !state.allowed.contains(event) {
      for rest in [[], [.requestEnd], [.responseEnd], [.responseHead], state.ending ?? []] {
        #expect(!canReuse(after: state.events + [event] + rest), "\(event), \(rest)")
      }
    }
  }

  @Test(
    "each way through an exchange that ends well, and only those",
    arguments: [
      [.requestHead, .responseHead], [.requestHead, .interim, .interim, .responseHead],
      [.requestHead, .responseHeadWithContent, .responseEnd],
      [.requestHeadWithContent, .requestEnd, .responseHead],
      [.requestHeadWithContent, .interim, .requestEnd, .responseHeadWithContent, .responseEnd],
      [.requestHeadWithContent, .responseHeadWithContent, .requestEnd, .responseEnd],
    ] as [[Event]])
  func exchanges(_ events: [Event]) {
    for count in 1..<events.count { #expect(!canReuse(after: Array(events.prefix(count)))) }
    #expect(canReuse(after: events))
  }

  @Test("says whether an answer was begun and whether content is to be sent")
  func questions() {
    var machine = ClientConnectionMachine()
    var answers: [Bool] = []
    machine.sentRequestHead(isPersistent: true, hasContent: true)
    answers += [machine.isSendingContent, machine.hasReceivedResponseHead]
    machine.receivedResponseHead(isPersistent: true, hasContent: true)
    answers += [machine.isSendingContent, machine.hasReceivedResponseHead]
    machine.receivedResponseEnd()
    answers += [machine.isSendingContent, machine.hasReceivedResponseHead]
    #expect(answers == [true, false, true, true, false, true])
  }

  private func canReuse(after events: [Event]) -> Bool {
    var machine = ClientConnectionMachine()
    for event in events {
      switch event {
      case .requestHead: machine.sentRequestHead(isPersistent: true, hasContent: false)
      case .requestHeadWithContent: machine.sentRequestHead(isPersistent: true, hasContent: true)
      case .lastRequestHead: machine.sentRequestHead(isPersistent: false, hasContent: false)
      case .requestEnd: machine.sentRequestEnd()
      case .interim: machine.receivedInterimResponse()
      case .responseHead: machine.receivedResponseHead(isPersistent: true, hasContent: false)
      case .responseHeadWithContent:
        machine.receivedResponseHead(isPersistent: true, hasContent: true)
      case .lastResponseHead: machine.receivedResponseHead(isPersistent: false, hasContent: true)
      case .responseEnd: machine.receivedResponseEnd()
      case .surplus: machine.receivedSurplus()
      case .failed: machine.failed()
      }
    }
    return machine.canReuse
  }
}
