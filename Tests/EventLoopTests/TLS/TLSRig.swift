import Bytes
import EventLoop
import Glibc
import LoopTestSupport
import TLS

/// A transport that is the server of a connection, and a session that is the client at its other
/// end.
///
/// The client is driven by hand, so that a test sees single records.
final class TLSRig {
  let transport: Transport
  let client: TLSSession
  private let socket: Int32
  private let buffer = ByteBuffer(capacity: 64 * 1024)

  struct NoTLS: Error {}

  init(on loop: EventLoop, _ change: (inout TLSClientSettings) -> Void = { _ in }) throws {
    _ = signal(SIGPIPE, SIG_IGN)
    // Not TCP, which holds small records back until earlier ones are acknowledged.
    let pair = try SocketPair(.unix)
    socket = pair.far
    transport = Transport(descriptor: pair.near, on: loop)
    let request = CertificateIssuer.Request("a.example", names: ["DNS:a.example"])
    let issuer = try CertificateIssuer(selfSigned: request)
    let server = try TLSServerContext(TLSServerSettings(certificates: [issuer.pair]))
    var settings = TLSClientSettings()
    settings.trust = .authorities(Array(issuer.certificate.pem.utf8))
    change(&settings)
    guard transport.startTLS(as: server),
      let client = try TLSClientContext(settings).connect(
        descriptor: socket, to: .host("a.example"))
    else { throw NoTLS() }
    self.client = client
  }

  deinit { _ = close(socket) }

  /// Shakes hands on both sides.
  func handshake(_ runner: isolated LoopRunner) async -> Transport.HandshakeOutcome {
    let deadline = runner.loop.now + .seconds(5)
    let serving = Task.immediate(executorPreference: runner.loop) {
      _ = runner
      return await self.transport.handshake(until: deadline)
    }
    let isDone = await runner.turn { self.client.handshake() == .done }
    return isDone ? await serving.value : .timedOut
  }

  /// The next record that the client gets.
  func record() -> [UInt8]? {
    guard case .octets(let count) = client.read(into: buffer, from: 0) else { return nil }
    let buffer = self.buffer
    let span = buffer.span
    var octets: [UInt8] = []
    for index in 0..<count { octets.append(span[index]) }
    return octets
  }

  /// What a further read of the client comes to.
  func end() -> TLSSession.ReadResult { client.read(into: buffer, from: 0) }

  func send(_ octets: [UInt8]) -> TLSSession.WriteResult { client.write(octets.span) }

  /// Sends what is not encrypted, past the client's session.
  func sendRaw(_ octets: [UInt8]) -> Int {
    // Sound: the kernel reads the array's octets during the call.
    unsafe octets.withUnsafeBytes { unsafe write(socket, $0.baseAddress, $0.count) }
  }

  func endRaw() { _ = shutdown(socket, Int32(SHUT_WR)) }
}
