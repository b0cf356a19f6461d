import Bytes
import EventLoop
import HTTP1

// Getting octets out to the client.
extension HTTP1Session {
  /// Sends what is in the worker's output, and then `body`.
  ///
  /// - Returns: Whether the kernel took everything. If not, the rest of the output has been copied,
  ///   since it is the worker's, and ``finishSending(_:)`` is to be called with the same body.
  func flush(_ body: Span<UInt8>) throws(ProxyError) -> Bool {
    try isSent(connection.transport.flush(state.output, body), body: body.count)
  }

  /// As ``flush(_:)``, and then what is in the worker's tail.
  func flushWithTail(_ body: Span<UInt8>) throws(ProxyError) -> Bool {
    defer { state.tail.removeAll() }
    return try isSent(connection.transport.flush(state.output, body, state.tail), body: body.count)
  }

  private func isSent(
    _ result: Transport.FlushResult, body: Int
  ) throws(ProxyError) -> Bool {
    switch result {
    case .complete: return true
    case .failed: throw .clientGone
    case .partial(let count):
      unsent = Unsent(written: count, output: state.output, body: body, tail: state.tail)
      return false
    }
  }

  /// Waits until the client has taken the rest of what was flushed.
  func finishSending(_ body: Span<UInt8>) async throws(ProxyError) {
    guard let rest = unsent.take() else { return }
    do throws(ProxyError) {
      try await finish(rest, body)
    } catch {
      // Part of a message is out: whatever came next would be taken for the rest of it.
      hasSentHead = true
      machine.failed()
      throw error
    }
  }

  private func finish(
    _ unsent: consuming Unsent, _ body: Span<UInt8>
  ) async throws(ProxyError) {
    var rest = unsent
    let transport = connection.transport
    while !rest.isEmpty {
      let began = state.loop.now
      let count: Int
      do throws(TransportError) {
        try await transport.waitUntilWritable(until: began + listener.writeIdleTimeout)
        count = try rest.write(body, to: transport)
      } catch {
        throw error == .timedOut ? .clientTooSlow : .clientGone
      }
      sendMeter.moved(count, afterWaiting: state.loop.now - began)
      if sendMeter.isBelow(listener.minRate) { throw .clientTooSlow }
      // A client that takes as fast as we send must not own the worker.
      if count > 0 { await transport.yieldIfSpent(count) }
    }
  }
}

/// What is left of a message that the kernel did not take at once: copies of what stood in the
/// worker's output, and how far into the body it was.
struct Unsent: ~Copyable {
  private let head: OutputBuffer
  private let tail: OutputBuffer
  private let bodyCount: Int
  /// Octets of head, body and tail that have gone out.
  private var written: Int

  init(
    written: Int, output: borrowing OutputBuffer, body: Int, tail: borrowing OutputBuffer
  ) {
    let sentOfHead = min(written, output.count)
    head = OutputBuffer(copying: output, from: sentOfHead)
    self.tail = OutputBuffer(copying: tail, from: 0)
    bodyCount = body
    self.written = written - sentOfHead
  }

  var isEmpty: Bool { written == head.count + bodyCount + tail.count }

  /// Writes what the kernel takes.
  mutating func write(_ body: Span<UInt8>, to transport: Transport) throws(TransportError) -> Int {
    let inHead = min(written, head.count)
    let inBody = min(written - inHead, bodyCount)
    let inTail = written - inHead - inBody
    let result = transport.tryWrite(
      head.span.extracting(inHead..<head.count), body.extracting(inBody..<bodyCount),
      tail.span.extracting(inTail..<tail.count))
    switch result {
    case .octets(let count):
      written += count
      return count
    case .failed(let code): throw .broken(code)
    }
  }
}
