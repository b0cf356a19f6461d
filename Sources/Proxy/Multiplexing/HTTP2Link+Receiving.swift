import Bytes
import EventLoop
import HTTP2
import HTTPSemantics

// The read loop: octets into events, events into what happens to streams.
extension HTTP2Link {
  /// How the read loop ended.
  enum End {
    /// Nothing goes on: it can wait without a task.
    case park
    case close
    /// Everything has been said, and heard as far as that can be known.
    case finished
  }

  private static let frameHead = 9
  /// Reads until the connection ends, or can wait without a task.
  final func read() async -> End {
    while true {
      // Answers that are heads alone need no window: who takes none gets no further requests read.
      while isClogged, !isOver {
        if case .aborted = await transport.reads.wait(until: .never) { return .close }
      }
      if isOver { return .close }
      do throws(ConnectionError) {
        try receiveAll()
        if !startStreams() {
          await transport.loop.yieldTurn()
          continue
        }
        try engine.check(now: state.loop.now.microseconds)
      } catch {
        await fail(error)
        return .close
      }
      switch input.tryReceiveHead(limit: Self.frameHead + maxFrame) {
      case .octets(let count):
        lastReceived = state.loop.now
        await transport.yieldIfSpent(count)
        continue
      case .endOfStream, .failed: return .close
      case .wouldBlock: break
      }
      if let end = endIfIdle() { return end }
      let deadline = engine.nextDeadline.map { Instant(microseconds: $0) } ?? .never
      switch await transport.reads.wait(until: min(deadline, idleDeadline())) {
      case .ready: break
      case .aborted: return .close
      case .deadline: if let end = deadlinePassed() { return end }
      }
    }
  }

  /// Deals with everything that has been received.
  private func receiveAll() throws(ConnectionError) {
    guard let buffer = input.buffer else { return }
    let unread = input.unread
    guard !unread.isEmpty else { return }
    let now = state.loop.now.microseconds
    var position = 0
    defer {
      input.consume(position)
      input.releaseIfEmpty()
      if !engine.output.isEmpty { flushSoon() }
    }
    let octets = buffer.span.extracting(unread)
    while true {
      // Further requests have the next turn. What comes before them is of these: their content, or
      // that they are cancelled, which makes room for others.
      if hasBegunEnough, engine.isBeforeHead(octets, at: position) { return }
      let event = try engine.receive(octets, at: &position, now: now)
      switch event {
      case .needMoreOctets: return
      case .request(let slot): receivedRequest(slot)
      case .response(let slot): stream(at: slot)?.receivedHead(&engine)
      case .data(let slot, let range):
        let start = unread.lowerBound
        stream(at: slot)?.received(
          start + range.lowerBound..<start + range.upperBound, of: buffer)
      case .trailers(let slot): stream(at: slot)?.receivedTrailers = engine.trailers
      case .end(let slot): stream(at: slot)?.receivedEnd()
      case .reset(let slot, let code):
        stream(at: slot)?.fail(code == .refusedStream ? .unprocessed : .reset(code))
      case .failed(let slot, let error):
        refused(error.reason)
        stream(at: slot)?.fail(.breach(error.reason))
      case .refused(_, let error): refused(error.reason)
      case .sendWindowOpened(let slot):
        guard let slot else {
          enqueueAll()
          continue
        }
        if let stream = stream(at: slot), stream.hasUnsent { enqueue(stream) }
      case .priorityChanged(let slot):
        scheduler.reprioritize(slot, engine.priority(of: slot))
      case .settingsReceived:
        enqueueAll()
        receivedSettings()
      case .settingsAcknowledged: break
      case .pingAcknowledged(let data): receivedPong(data)
      case .goAway(let last, _): receivedGoAway(last)
      }
    }
  }

  /// Ends the connection by the peer's fault, and says why.
  private func fail(_ error: ConnectionError) async {
    refused(error.reason)
    engine.close(error)
    end()
    await linger()
  }

  private static let lingerTime = Interval.milliseconds(500)
  private static let lingerOctets = 1 << 20

  /// Reads on for a moment: what the peer sends to a connection that is closed already would make
  /// the kernel throw away what is on its way to the peer.
  final func linger() async {
    transport.shutDownSending()
    let deadline = state.loop.now + Self.lingerTime
    var discarded = 0
    while discarded < Self.lingerOctets {
      input.release()
      switch input.tryReceiveHead(limit: BufferPool.bufferOctets) {
      case .octets(let count): discarded += count
      case .endOfStream, .failed: return
      case .wouldBlock:
        guard await transport.reads.wait(until: deadline) == .ready else { return }
      }
    }
  }
}
