import Bytes
import EventLoop
import HTTP1
import HTTPSemantics

// Which protocol a fresh connection speaks.
extension HTTP1Session {
  /// Reads until the protocol is known.
  ///
  /// - Returns: Whether it is one that this session serves; else the client has been answered.
  func identify() async -> Bool {
    let identifier = ProtocolIdentifier(listener.plan)
    let deadline = state.loop.now + listener.selectTimeout
    while true {
      switch identification(identifier) {
      case .chosen(.http1): return true
      case .chosen(.refuseVersion):
        await refuse(.downstream(.httpVersionNotSupported, "http2_not_enabled"))
        return false
      case .nobody:
        await refuse(.downstream(.badRequest, "unknown_protocol"))
        return false
      case .pending: break
      }
      do throws(TransportError) {
        let limit = listener.headLimits.maxHead
        guard try await input.receiveHead(limit: limit, until: deadline) else { return false }
      } catch {
        guard error == .timedOut, !input.unread.isEmpty else { return false }
        await refuse(.downstream(.requestTimeout, "select_timeout"))
        return false
      }
    }
  }

  private func identification(_ identifier: ProtocolIdentifier) -> ProtocolIdentifier.Outcome {
    guard let buffer = input.buffer else { return .pending }
    return identifier.identify(buffer.span.extracting(input.unread))
  }
}
