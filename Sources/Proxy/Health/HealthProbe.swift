import Addressing
import Bytes
import Configuration
import EventLoop
import HTTPSemantics
import TLS

/// One check of one backend, on a connection of its own.
struct HealthProbe {
  /// Why a check has failed.
  struct Failure: Error {
    /// In one word, or a few.
    let reason: String
    /// Whether there was no descriptor, memory or port to ask with.
    let isOurs: Bool

    init(_ reason: String) { (self.reason, isOurs) = (reason, false) }

    init(_ error: TransportError, during phase: String) {
      isOurs = error.isExhaustion
      reason =
        switch error {
        case .broken(let code): "\(phase)_error_\(code)"
        case .timedOut: "\(phase)_timeout"
        case .aborted: "aborted"
        }
    }
  }

  let plan: HealthPlan
  let address: SocketAddress
  /// nil: in clear.
  let encryption: TLSClientContext?
  /// Whom the backend's certificate has to be for.
  let verified: VerifiedPeer?
  let label: String
  let loop: EventLoop
  let deadline: Instant

  /// What is read of a backend's answer over HTTP/1.1, and what room there is for frames.
  static let mostOctets = 64 * 1024
  /// What is looked at of the content: half of the least window that a stream begins with.
  static let mostContent = 32 * 1024

  /// Checks, at the latest until the deadline.
  func run() async throws(Failure) {
    let transport: Transport
    do throws(TransportError) {
      transport = try Transport.connecting(to: address, on: loop)
    } catch {
      throw Failure(error, during: "connect")
    }
    defer { transport.close() }
    do throws(TransportError) {
      try await transport.finishConnecting(until: deadline)
    } catch {
      throw Failure(error, during: "connect")
    }
    if plan.encryptionDigest != nil { try await secure(transport) }
    switch plan.config.kind {
    case .tcp: return
    case .grpc: try await askByHTTP2(transport)
    case .http:
      let hasAgreedOnHTTP1 = transport.tls.map { $0.negotiatedProtocol != "h2" } ?? false
      if plan.speaksHTTP2, !hasAgreedOnHTTP1 {
        try await askByHTTP2(transport)
      } else {
        try await askByHTTP1(transport)
      }
    }
  }

  private func secure(_ transport: Transport) async throws(Failure) {
    guard let encryption, let verified,
      transport.startTLS(as: encryption, to: verified.name, peer: label)
    else { throw Failure("tls_no_memory") }
    switch await transport.handshake(until: min(deadline, loop.now + plan.handshakeTimeout)) {
    case .done: return
    case .failed(let failure): throw Failure("tls_\(failure.label)")
    case .timedOut: throw Failure("tls_timeout")
    case .aborted: throw Failure("aborted")
    }
  }

  /// Whether the answer is as it has to be.
  func judge(status: UInt16, content: [UInt8]) throws(Failure) {
    guard plan.accepts(status: status) else { throw Failure("status_\(status)") }
    guard plan.isEnough(content) else { throw Failure("body_without_expected_text") }
  }

  func send(_ transport: Transport, _ octets: [UInt8]) async throws(Failure) {
    do throws(TransportError) {
      try await transport.write(octets.span, Span(), stall: deadline - loop.now)
    } catch {
      throw Failure(error, during: "write")
    }
  }

  /// - Returns: How many octets came; 0 at the end of the stream.
  func receive(
    _ transport: Transport, into buffer: ByteBuffer, from offset: Int
  ) async throws(Failure) -> Int {
    do throws(TransportError) {
      return try await transport.read(into: buffer, from: offset, until: deadline)
    } catch {
      throw Failure(error, during: "read")
    }
  }
}
