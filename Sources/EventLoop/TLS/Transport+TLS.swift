import Bytes
import CLinux
import Glibc
public import TLS

// A transport that carries TLS.
extension Transport {
  /// The session that the connection is encrypted by, for what was negotiated; nil while it is not.
  public var tls: TLSSession? { records?.session }

  // MARK: Beginning

  /// What the client begins with, which stays to be read.
  public enum FirstOctet: Equatable, Sendable {
    case octet(UInt8)
    case wouldBlock
    case endOfStream
    case failed(Int32)
  }

  /// Looks at the next octet without taking it: 22 is how a TLS client begins.
  public func peekOctet() -> FirstOctet {
    guard isReadable else { return .wouldBlock }
    var octet: UInt8 = 0
    while true {
      // Sound: one octet of a local variable; it is peeked at, not taken.
      let count = unsafe recv(descriptor, &octet, 1, Int32(MSG_PEEK | MSG_DONTWAIT))
      if count > 0 { return .octet(octet) }
      if count == 0 { return .endOfStream }
      switch errno {
      case EAGAIN:
        isReadable = false
        return .wouldBlock
      case EINTR: continue
      default: return .failed(errno)
      }
    }
  }

  /// Encrypts from here on, as the server. ``handshake(until:)`` comes next.
  ///
  /// - Returns: Whether there was memory for it.
  public func startTLS(as server: TLSServerContext) -> Bool {
    start(server.accept(descriptor: descriptor))
  }

  /// Encrypts from here on, as a client. ``handshake(until:)`` comes next.
  ///
  /// - Parameters:
  ///   - name: Whom the server's certificate has to be for.
  ///   - peer: Tells servers of the same name apart, so that each gets its own sessions.
  /// - Returns: Whether there was memory for it, and the name can be one.
  public func startTLS(
    as client: TLSClientContext, to name: TLSPeerName, peer: String
  ) -> Bool {
    start(client.connect(descriptor: descriptor, to: name, peer: peer))
  }

  private func start(_ session: TLSSession?) -> Bool {
    guard let session else { return false }
    records = RecordLayer(session)
    isEncrypted = true
    return true
  }

  /// How a handshake ended.
  public enum HandshakeOutcome: Equatable, Sendable {
    case done
    case failed(TLSFailure)
    case timedOut
    case aborted
  }

  /// Waits until the handshake is over. Who has a signature to make takes turns with the others.
  ///
  /// - Precondition: TLS was started.
  public func handshake(until deadline: Instant) async -> HandshakeOutcome {
    guard let session = records?.session else { preconditionFailure("no TLS to shake hands for") }
    while true {
      while loop.handshakes.isSpent(in: loop.turn) { await loop.yieldTurn() }
      let began = Instant.read()
      let step = session.handshake()
      loop.handshakes.took(Instant.read() - began)
      do throws(TransportError) {
        switch step {
        case .done:
          // Octets may have come with the last flight, and stand in the session already.
          isReadable = true
          return .done
        case .failed(let failure): return .failed(failure)
        case .wantsRead:
          isReadable = false
          try await waitUntilReadable(until: deadline)
        case .wantsWrite:
          isWritable = false
          try await waitUntilWritable(until: deadline)
        }
      } catch {
        switch error {
        case .timedOut: return .timedOut
        case .aborted: return .aborted
        case .broken(let code): return .failed(.system(code))
        }
      }
    }
  }

  // MARK: Reading and writing

  func decrypt(into buffer: ByteBuffer, from offset: Int) -> ReadResult {
    guard let records else { return .failed(EBADF) }
    let neededInput = records.writeNeedsInput
    let progress = records.read(into: buffer, from: offset, isPeerClosed: isPeerClosed)
    // What a write waited for may have been among it.
    if neededInput { becomeWritable() }
    switch progress.end {
    // No edge is used up before this: records may stand in the session, or in the socket.
    case .needsInput, .needsRoom: isReadable = false
    case .endOfStream, .failed, nil: break
    }
    // How it ended is said by the next read, if something was read before that.
    if progress.count > 0 { return .octets(progress.count) }
    return switch progress.end {
    case .needsInput, .needsRoom, nil: .wouldBlock
    case .endOfStream: .endOfStream
    case .failed: .failed(ECONNRESET)
    }
  }

  func encrypt(_ head: Span<UInt8>, _ body: Span<UInt8>, _ tail: Span<UInt8>) -> WriteResult {
    guard let records else { return .failed(EBADF) }
    let progress = records.write(head, body, tail, scratch: loop.scratch, now: loop.now)
    switch progress.end {
    case .needsInput, .needsRoom: isWritable = false
    case .failed: return progress.count > 0 ? .octets(progress.count) : .failed(EPIPE)
    case .endOfStream, nil: break
    }
    if progress.count > 0 { hasSentOctets = true }
    return .octets(progress.count)
  }

  /// An event for one direction may be what the other waits for.
  func noteCrossedWaits(_ events: UInt32) {
    guard let records else { return }
    if records.readNeedsRoom, events & EPOLLOUT.rawValue != 0 { becomeReadable() }
    if records.writeNeedsInput, events & EPOLLIN.rawValue != 0 { becomeWritable() }
  }

  /// Takes in what TLS says to itself, so that it is not mistaken for something unasked.
  func isQuietBeneath() -> Bool {
    guard !isPeerClosed, let records else { return false }
    let isQuiet = records.isQuiet()
    // What was found has left the socket, so that no edge will tell of it.
    isReadable = !isQuiet
    return isQuiet
  }

  /// Tells the peer that this is the end, and lets go of the session: its memory is the larger part
  /// of a connection's, and the descriptor is soon another's.
  func endEncryption() {
    records?.sayEnd()
    records = nil
    isEncrypted = false
  }
}
