import Bytes
import Glibc
import TLS

/// A server and a client at the two ends of a socket pair, driven by turns.
final class Link {
  let server: TLSSession
  let client: TLSSession
  let serverSocket: Int32
  let clientSocket: Int32
  private let buffer = ByteBuffer(capacity: 64 * 1024)

  struct NoSockets: Error {}

  init(
    _ serverContext: TLSServerContext, _ clientContext: TLSClientContext,
    name: TLSPeerName = .host("a.example"), peer: String = ""
  ) throws {
    (serverSocket, clientSocket) = try Self.sockets()
    guard let server = serverContext.accept(descriptor: serverSocket),
      let client = clientContext.connect(descriptor: clientSocket, to: name, peer: peer)
    else { throw NoSockets() }
    self.server = server
    self.client = client
  }

  deinit {
    _ = close(serverSocket)
    _ = close(clientSocket)
  }

  static func sockets() throws -> (Int32, Int32) {
    _ = signal(SIGPIPE, SIG_IGN)
    var pair: [Int32] = [-1, -1]
    let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
    // Sound: the call fills the array's two integers.
    guard unsafe socketpair(AF_UNIX, kind, 0, &pair) == 0 else { throw NoSockets() }
    return (pair[0], pair[1])
  }

  /// How the handshake ended on both sides.
  struct Outcome: Equatable {
    var server: TLSSession.HandshakeStep
    var client: TLSSession.HandshakeStep

    static let done = Outcome(server: .done, client: .done)
  }

  @discardableResult
  func handshake() -> Outcome {
    var outcome = Outcome(server: .wantsRead, client: .wantsRead)
    for _ in 0..<20 {
      if !outcome.client.isFailure { outcome.client = client.handshake() }
      if !outcome.server.isFailure { outcome.server = server.handshake() }
    }
    // What comes behind the handshake, tickets and alerts, shows when the client reads.
    if outcome.client == .done, case .failed(let failure) = client.read(into: buffer, from: 0) {
      outcome.client = .failed(failure)
    }
    return outcome
  }

  /// What arrives at the other side when `octets` are written.
  func passes(_ octets: [UInt8], from sender: TLSSession, to receiver: TLSSession) -> [UInt8]? {
    var position = 0
    var received: [UInt8] = []
    for _ in 0..<10_000 where received.count < octets.count {
      if position < octets.count {
        let span = octets.span
        switch sender.write(span.extracting(position..<octets.count)) {
        case .octets(let count): position += count
        case .wantsWrite: break
        case .wantsRead, .failed: return nil
        }
      }
      switch receiver.read(into: buffer, from: 0) {
      case .octets(let count): received += buffer.octets(0..<count)
      case .wantsRead: break
      case .wantsWrite, .endOfStream, .failed: return nil
      }
    }
    return received
  }

  func read(_ session: TLSSession) -> TLSSession.ReadResult { session.read(into: buffer, from: 0) }

  /// Whether a request and its answer pass.
  var works: Bool {
    passes(Array("ping".utf8), from: client, to: server) == Array("ping".utf8)
      && passes(Array("pong".utf8), from: server, to: client) == Array("pong".utf8)
  }
}

extension TLSSession.HandshakeStep {
  var isFailure: Bool {
    if case .failed = self { true } else { false }
  }
}

extension ByteBuffer {
  func octets(_ range: Range<Int>) -> [UInt8] {
    let span = self.span
    return range.map { span[$0] }
  }
}

/// A context that trusts `root`.
func clientContext(
  trusting root: CertificateIssuer, _ change: (inout TLSClientSettings) -> Void = { _ in }
) throws -> TLSClientContext {
  var settings = TLSClientSettings()
  settings.trust = .authorities(root.authority)
  change(&settings)
  return try TLSClientContext(settings)
}

func serverContext(
  _ certificates: TLSCertificate..., change: (inout TLSServerSettings) -> Void = { _ in }
) throws -> TLSServerContext {
  var settings = TLSServerSettings(certificates: certificates)
  change(&settings)
  return try TLSServerContext(settings)
}
