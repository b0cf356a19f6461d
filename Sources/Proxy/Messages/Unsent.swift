import Bytes
import EventLoop

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

  /// Whether what is left stands in the copies alone.
  var isBodyCopied: Bool { bodyCount == 0 }

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
