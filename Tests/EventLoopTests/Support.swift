import Bytes
import EventLoop
import LoopTestSupport

/// The octets of `text`.
func octets(_ text: String) -> [UInt8] { Array(text.utf8) }

/// A transport on `loop`, and who is at its other end.
func connected(_ kind: SocketPair.Kind, on loop: EventLoop) throws -> (Transport, Peer) {
  let pair = try SocketPair(kind)
  return (Transport(descriptor: pair.near, on: loop), Peer(pair.far))
}

/// What came of `body`, to be compared.
func outcome<Success>(
  _ body: () async throws(TransportError) -> Success
) async -> Result<Success, TransportError> {
  do throws(TransportError) {
    return .success(try await body())
  } catch {
    return .failure(error)
  }
}

extension ByteBuffer {
  /// The octets of `range`, as text.
  func text(_ range: Range<Int>) -> String {
    let span = self.span
    return String(decoding: range.map { span[$0] }, as: UTF8.self)
  }
}
