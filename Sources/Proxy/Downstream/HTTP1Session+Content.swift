import Addressing
import Bytes
import EventLoop
import HTTP1
import HTTPSemantics

// The content of the request.
extension HTTP1Session {
  func nextContent() throws(ProxyError) -> MessageInput.Content {
    do throws(BodyError) {
      return try input.nextContent()
    } catch {
      throw refusal(error.status, error.reason)
    }
  }

  func receiveContent() async throws(ProxyError) {
    let began = state.loop.now
    do throws(TransportError) {
      guard try await input.receiveContent(until: began + listener.bodyIdleTimeout) else {
        machine.failed()
        throw TransportError.broken(0)
      }
    } catch {
      switch error {
      case .timedOut:
        throw refusal(.requestTimeout, .contentTimeout)
      case .broken, .aborted: throw .clientGone
      }
    }
    receiveMeter.moved(input.unread.count, afterWaiting: state.loop.now - began)
    if receiveMeter.isBelow(listener.minRate) {
      throw refusal(.requestTimeout, .contentTooSlow)
    }
  }

  /// Counts content that is refused; what follows it is never read as a request.
  private func refusal(_ status: StatusCode, _ reason: Reason) -> ProxyError {
    state.refused(
      reason, listener: listener.name, client: connection.peer?.description ?? "unix:")
    machine.closeAfterResponse()
    return .downstream(status, reason)
  }

  var contentBuffer: ByteBuffer? { input.buffer }
  var isContentComplete: Bool { input.isContentComplete }
  var requestTrailers: TrailerSection? { input.trailers }

  /// Chunks are moved together in place, so a chunked body can be read only once.
  var canRewindContent: Bool { !input.hasRefilled && request.head.framing != .chunked }

  func rewindContent() {
    input.rewindContent(to: contentStart, framing: request.head.framing)
  }

  func receivedRequestEnd() {
    if machine.awaitsContent { machine.receivedRequestEnd() }
  }
}
