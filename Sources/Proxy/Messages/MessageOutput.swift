import Bytes
import EventLoop
import HTTP1
import HTTPSemantics

/// The sending half of an HTTP/1.1 connection, to a client or a backend: heads that were written
/// into the worker's output, and content behind them.
///
/// What is sent goes out at once as far as the kernel takes it, so that the usual case suspends
/// nowhere; the rest is waited for with ``sendMore(of:until:)``.
final class MessageOutput {
  private let transport: Transport
  private let state: WorkerState
  /// What the kernel has not taken yet of the last send.
  private var unsent: Unsent?
  /// Whether something is left of the last send.
  @Cell private(set) var hasUnsent = false

  /// One call with one run of octets is cheaper than gathering, as long as little is copied.
  private static let copiedPiece = 4096

  init(_ transport: Transport, state: WorkerState) {
    self.transport = transport
    self.state = state
  }

  /// Where the sender waits.
  var writes: WaitPoint { transport.writes }

  /// Forgets what was left of a message that is given up.
  func discard() {
    guard hasUnsent else { return }
    hasUnsent = false
    unsent = nil
  }

  /// Sends what is in the worker's output, and then a piece of content.
  ///
  /// - Parameters:
  ///   - isChunked: Whether the content is in the chunked transfer coding.
  ///   - isEnd: Whether the content ends with the piece; then chunked content gets `trailers`.
  /// - Returns: Octets that the kernel took. If ``hasUnsent`` is set, something is left.
  @discardableResult
  func send(
    _ piece: Span<UInt8>, isChunked: Bool, isEnd: Bool, trailers: TrailerSection? = nil
  ) throws(TransportError) -> Int {
    let isCopied = piece.count <= Self.copiedPiece
    guard isChunked else {
      guard isCopied else { return try flush(piece) }
      if !piece.isEmpty { state.output.append(piece) }
      return try flush(Span())
    }
    if !piece.isEmpty { state.output.appendChunkHead(size: piece.count) }
    guard !isCopied else {
      state.output.append(piece)
      Self.endChunk(!piece.isEmpty, isEnd, trailers, in: &state.output)
      return try flush(Span())
    }
    Self.endChunk(true, isEnd, trailers, in: &state.tail)
    defer { state.tail.removeAll() }
    return try flush(piece)
  }

  private static func endChunk(
    _ hasPiece: Bool, _ isEnd: Bool, _ trailers: TrailerSection?, in output: inout OutputBuffer
  ) {
    if hasPiece { output.append("\r\n") }
    if isEnd { output.appendLastChunk(trailers: trailers) }
  }

  /// Sends what is in the worker's output, `body`, and what is in the worker's tail.
  private func flush(_ body: Span<UInt8>) throws(TransportError) -> Int {
    switch transport.flush(state.output, body, state.tail) {
    case .complete: return state.output.count &+ body.count
    case .failed(let code): throw .broken(code)
    case .partial(let count):
      // Copied, since output and tail are the worker's.
      unsent = Unsent(written: count, output: state.output, body: body.count, tail: state.tail)
      hasUnsent = true
      return count
    }
  }

  /// Waits until the peer takes octets of what is left, and sends those.
  ///
  /// - Parameters:
  ///   - piece: The same as in ``send(_:isChunked:isEnd:trailers:)``.
  ///   - deadline: For the wait.
  /// - Returns: Octets that the kernel took, 0 at times.
  func sendMore(
    of piece: Span<UInt8>, until deadline: Instant
  ) async throws(TransportError) -> Int {
    try await transport.waitUntilWritable(until: deadline)
    guard var rest = unsent.take() else { return 0 }
    // A piece that was copied is in what was set aside.
    let count = try rest.write(rest.isBodyCopied ? Span() : piece, to: transport)
    if rest.isEmpty { hasUnsent = false } else { unsent = consume rest }
    // A peer that takes as fast as we send must not own the worker.
    if count > 0 { await transport.yieldIfSpent(count) }
    return count
  }
}
