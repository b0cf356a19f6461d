import HTTP1
import Testing

@Suite("Life of a client's connection, RFC 9112 §9.3")
struct ServerConnectionMachineTests {
  enum Event: CaseIterable, Sendable {
    case requestHead, requestHeadWithContent, lastRequestHead, requestEnd
    case interim, responseHead, responseHeadWithContent, lastResponseHead, responseEnd
    case closeAfterResponse, failed
  }

  /// A state, as the events that lead to it, and what every event makes of it.
  struct State: Sendable, CustomTestStringConvertible {
    let name: String
    let events: [Event]
    let next: ServerConnectionMachine.Next
    /// What is to be done after each event that may come; the others are mistakes: close.
    let after: [Event: ServerConnectionMachine.Next]
    var testDescription: String { name }
  }

  static let states = [
    State(
      name: "idle", events: [], next: .awaitRequest,
      after: [
        .requestHead: .continue, .requestHeadWithContent: .continue, .lastRequestHead: .continue,
      ]),
    State(
      name: "request ended", events: [.requestHead], next: .continue,
      after: [
        .interim: .continue, .responseHead: .awaitRequest, .responseHeadWithContent: .continue,
        .lastResponseHead: .continue,
        .closeAfterResponse: .continue,
      ]),
    State(
      name: "request content", events: [.requestHeadWithContent], next: .continue,
      after: [
        .requestEnd: .continue, .interim: .continue, .responseHead: .continue,
        .responseHeadWithContent: .continue, .lastResponseHead: .continue,
        .closeAfterResponse: .continue,
      ]),
    State(
      name: "both contents", events: [.requestHeadWithContent, .responseHeadWithContent],
      next: .continue,
      after: [.requestEnd: .continue, .responseEnd: .continue, .closeAfterResponse: .continue]),
    State(
      name: "response content", events: [.requestHead, .interim, .responseHeadWithContent],
      next: .continue, after: [.responseEnd: .awaitRequest, .closeAfterResponse: .continue]),
    State(
      name: "early response ended", events: [.requestHeadWithContent, .responseHead],
      next: .continue, after: [.requestEnd: .awaitRequest]),
    State(
      name: "second request", events: [.requestHead, .responseHead, .requestHead], next: .continue,
      after: [
        .interim: .continue, .responseHead: .awaitRequest, .responseHeadWithContent: .continue,
        .lastResponseHead: .continue,
        .closeAfterResponse: .continue,
      ]),
    State(
      name: "last request", events: [.lastRequestHead], next: .continue,
      after: [
        .interim: .continue, .responseHeadWithContent: .continue, .lastResponseHead: .continue,
        .closeAfterResponse: .continue,
      ]),
    State(
      name: "content of the last response", events: [.requestHead, .lastResponseHead],
      next: .continue, after: [.closeAfterResponse: .continue]),
    State(
      name: "last response ended before its request",
      events: [.requestHeadWithContent, .lastResponseHead, .responseEnd], next: .close, after: [:]),
    State(
      name: "last exchange ended", events: [.lastRequestHead, .responseHead], next: .close,
      after: [:]),
    State(name: "draining while idle", events: [.closeAfterResponse], next: .close, after: [:]),
    State(
      name: "draining while answering", events: [.requestHead, .closeAfterResponse],
      next: .continue,
      after: [
        .interim: .continue, .responseHeadWithContent: .continue, .lastResponseHead: .continue,
        .closeAfterResponse: .continue,
      ]),
    State(name: "failed", events: [.requestHead, .failed], next: .close, after: [:]),
  ]

  @Test("every event in every state", arguments: states)
  func table(_ state: State) {
    #expect(next(after: state.events) == state.next)
    for event in Event.allCases {
      let expected = state.after[event] ?? .close
      #expect(next(after: state.events + [event]) == expected, "\(event)")
    }
  }

  @Test("after a mistake nothing but closing is left", arguments: Event.allCases)
  func mistakesStay(_ event: Event) {
    #expect(next(after: [.responseEnd, event]) == .close)
  }

  @Test("says whether an answer was begun and whether content is to come")
  func questions() {
    var machine = ServerConnectionMachine()
    var answers: [Bool] = []
    machine.receivedRequestHead(isPersistent: true, hasContent: true)
    answers += [machine.awaitsContent, machine.hasSentResponseHead]
    machine.sentResponseHead(isPersistent: true, hasContent: true)
    machine.receivedRequestEnd()
    answers += [machine.awaitsContent, machine.hasSentResponseHead]
    machine.sentResponseEnd()
    answers += [machine.awaitsContent, machine.hasSentResponseHead]
    #expect(answers == [true, false, false, true, false, false])
  }

  private func next(after events: [Event]) -> ServerConnectionMachine.Next {
    var machine = ServerConnectionMachine()
    for event in events {
      switch event {
      case .requestHead: machine.receivedRequestHead(isPersistent: true, hasContent: false)
      case .requestHeadWithContent:
        machine.receivedRequestHead(isPersistent: true, hasContent: true)
      case .lastRequestHead: machine.receivedRequestHead(isPersistent: false, hasContent: false)
      case .requestEnd: machine.receivedRequestEnd()
      case .interim: machine.sentInterimResponse()
      case .responseHead: machine.sentResponseHead(isPersistent: true, hasContent: false)
      case .responseHeadWithContent: machine.sentResponseHead(isPersistent: true, hasContent: true)
      case .lastResponseHead: machine.sentResponseHead(isPersistent: false, hasContent: true)
      case .responseEnd: machine.sentResponseEnd()
      case .closeAfterResponse: machine.closeAfterResponse()
      case .failed: machine.failed()
      }
    }
    return machine.next
  }
}
