import Bytes
import LoopTestSupport
import TLS
import Testing

@testable import EventLoop

@Suite("A transport that carries TLS")
struct TransportTLSTests {
  private static let much = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }

  @Test("sends head, body and tail as one record")
  func gathers() async throws {
    try await onLoop { runner in
      let rig = try TLSRig(on: runner.loop)
      #expect(await rig.handshake(runner) == .done)
      let result = rig.transport.tryWrite(
        octets("head").span, octets("body").span, octets("tail").span)
      #expect(result == .octets(12))
      #expect(rig.record() == octets("headbodytail"))
      #expect(rig.transport.tryWrite(Span(), Span()) == .octets(0))
      #expect(rig.transport.tls?.version == .v13)
    }
  }

  @Test("cuts what is long into records, small ones first")
  func cuts() async throws {
    try await onLoop { runner in
      let rig = try TLSRig(on: runner.loop)
      #expect(await rig.handshake(runner) == .done)
      let head = octets("head")
      let writing = Task.immediate(executorPreference: runner.loop) {
        _ = runner
        try await rig.transport.write(head.span, Self.much.span, stall: .seconds(5))
      }
      var sizes: [Int] = []
      var received: [UInt8] = []
      #expect(
        await runner.turn {
          while let record = rig.record() {
            received += record
            sizes.append(record.count)
          }
          return received.count >= Self.much.count + 4
        })
      try await writing.value
      // Not compared within the expectation, which would spend minutes on the difference.
      let isSame = received == head + Self.much
      #expect(isSame)
      #expect(sizes.prefix(16).allSatisfy { $0 == RecordSizer.smallRecord })
      // After a pause they are small again, and a busy machine may make one.
      let later = sizes.dropFirst(16).dropLast()
      #expect(later.contains(RecordSizer.largeRecord))
      #expect(
        later.allSatisfy { $0 == RecordSizer.largeRecord || $0 == RecordSizer.smallRecord })
    }
  }

  @Test("reads all records that have come, and then waits for more")
  func readsOn() async throws {
    try await onLoop { runner in
      let rig = try TLSRig(on: runner.loop)
      #expect(await rig.handshake(runner) == .done)
      for text in ["a", "bc", "def"] { _ = rig.send(octets(text)) }
      let buffer = ByteBuffer(capacity: 64)
      var count = 0
      #expect(
        await runner.turn {
          if case .octets(let more) = rig.transport.tryRead(into: buffer, from: count) {
            count += more
          }
          return count == 6 && !rig.transport.isReadable
        })
      #expect(buffer.text(0..<6) == "abcdef")
      // A buffer that is too small leaves the rest, and the edge, to the next read.
      _ = rig.send(octets("0123456789"))
      #expect(await runner.turn { rig.transport.isReadable })
      let small = ByteBuffer(capacity: 4)
      for text in ["0123", "4567", "89"] {
        #expect(rig.transport.tryRead(into: small, from: 0) == .octets(text.utf8.count))
        #expect(small.text(0..<text.utf8.count) == text)
      }
      #expect(rig.transport.tryRead(into: small, from: 0) == .wouldBlock)
    }
  }

  @Test("knows that it has read all, and loses no edge by that")
  func losesNoEdge() async throws {
    try await onLoop { runner in
      let rig = try TLSRig(on: runner.loop)
      #expect(await rig.handshake(runner) == .done)
      let (small, large) = (ByteBuffer(capacity: 4), ByteBuffer(capacity: 64))
      _ = rig.send(octets("only"))
      #expect(await runner.turn { rig.transport.isReadable })
      #expect(rig.transport.tryRead(into: large, from: 0) == .octets(4))
      #expect(!rig.transport.isReadable)
      // The second record leaves the socket with the first. The third has an edge of its own, which
      // comes while there is still something to be read.
      for text in ["1111", "2222"] { _ = rig.send(octets(text)) }
      #expect(await runner.turn { rig.transport.isReadable })
      #expect(rig.transport.tryRead(into: small, from: 0) == .octets(4))
      #expect(rig.transport.isReadable)
      _ = rig.send(octets("3333"))
      for _ in 0..<3 { await runner.loop.yieldTurn() }
      #expect(rig.transport.tryRead(into: large, from: 0) == .octets(8))
      #expect(large.text(0..<8) == "22223333")
      #expect(!rig.transport.isReadable)
    }
  }

  @Test("has what came with the last flight of the handshake")
  func readsEarly() async throws {
    try await onLoop { runner in
      let rig = try TLSRig(on: runner.loop)
      let serving = Task.immediate(executorPreference: runner.loop) {
        _ = runner
        return await rig.transport.handshake(until: runner.loop.now + .seconds(5))
      }
      // The client's last flight and its request are there before the server looks.
      #expect(
        await runner.turn {
          rig.client.handshake() == .done && rig.send(octets("early")) == .octets(5)
        })
      #expect(await serving.value == .done)
      let buffer = ByteBuffer(capacity: 64)
      let count = try await rig.transport.read(
        into: buffer, from: 0, until: runner.loop.now + .seconds(5))
      #expect(buffer.text(0..<count) == "early")
    }
  }

  enum Ending: Sendable, CaseIterable { case close, shutDownSending, resetOnClose }

  @Test("ends with a word to the peer, but not when it is cut", arguments: Ending.allCases)
  func ends(_ ending: Ending) async throws {
    try await onLoop { runner in
      let rig = try TLSRig(on: runner.loop)
      #expect(await rig.handshake(runner) == .done)
      switch ending {
      case .close: rig.transport.close()
      case .shutDownSending: rig.transport.shutDownSending()
      case .resetOnClose:
        rig.transport.resetOnClose()
        rig.transport.close()
      }
      let end = rig.end()
      if ending == .resetOnClose {
        #expect(end != .endOfStream && end != .wantsRead)
      } else {
        #expect(end == .endOfStream)
      }
      #expect(rig.transport.isOpen == (ending == .shutDownSending))
    }
  }

  @Test("tells the peer's end from a cut", arguments: [true, false])
  func readsEnd(_ isProper: Bool) async throws {
    try await onLoop { runner in
      let rig = try TLSRig(on: runner.loop)
      #expect(await rig.handshake(runner) == .done)
      _ = rig.send(octets("last"))
      if isProper { rig.client.close() }
      rig.endRaw()
      #expect(await runner.turn { rig.transport.isPeerClosed })
      let buffer = ByteBuffer(capacity: 64)
      #expect(rig.transport.tryRead(into: buffer, from: 0) == .octets(4))
      let end = rig.transport.tryRead(into: buffer, from: 0)
      if isProper {
        #expect(end == .endOfStream)
      } else if case .failed = end {
      } else {
        Issue.record("\(end)")
      }
    }
  }

  enum Happening: Sendable, CaseIterable { case nothing, octets, end, cut }

  @Test("is quiet while only TLS talks to itself", arguments: Happening.allCases)
  func isQuiet(_ happening: Happening) async throws {
    try await onLoop { runner in
      let rig = try TLSRig(on: runner.loop)
      #expect(await rig.handshake(runner) == .done)
      #expect(rig.transport.isQuiet())
      #expect(!rig.transport.isReadable)
      switch happening {
      case .nothing: break
      case .octets: _ = rig.send(octets("x"))
      case .end: rig.client.close()
      case .cut: rig.endRaw()
      }
      #expect(rig.transport.isQuiet() == (happening == .nothing))
      if happening == .octets {
        #expect(await runner.turn { rig.transport.isReadable })
        #expect(rig.transport.tryRead(into: ByteBuffer(capacity: 8), from: 0) == .octets(1))
        #expect(rig.transport.isQuiet())
      }
    }
  }
}

@Suite("A handshake on a transport")
struct TransportHandshakeTests {
  @Test("ends at its deadline")
  func timesOut() async throws {
    try await onLoop { runner in
      let rig = try TLSRig(on: runner.loop)
      #expect(
        await rig.transport.handshake(until: runner.loop.now + .milliseconds(1)) == .timedOut)
    }
  }

  @Test("ends when its exchange must")
  func isAborted() async throws {
    try await onLoop { runner in
      let rig = try TLSRig(on: runner.loop)
      let serving = Task.immediate(executorPreference: runner.loop) {
        _ = runner
        return await rig.transport.handshake(until: .never)
      }
      #expect(await runner.turn { rig.transport.reads.isWaiting })
      rig.transport.reads.abort()
      #expect(await serving.value == .aborted)
    }
  }

  @Test(
    "fails with the reason",
    arguments: [("GET / HTTP/1.1\r\n", TLSFailure.plainHTTP), ("", .closed)])
  func fails(_ sent: String, _ expected: TLSFailure) async throws {
    try await onLoop { runner in
      let rig = try TLSRig(on: runner.loop)
      if sent.isEmpty {
        rig.endRaw()
      } else {
        #expect(rig.sendRaw(octets(sent)) == sent.utf8.count)
      }
      #expect(
        await rig.transport.handshake(until: runner.loop.now + .seconds(5)) == .failed(expected))
    }
  }

  @Test("is between two transports, by turns")
  func worksBothWays() async throws {
    try await onLoop { runner in
      let pair = try SocketPair(.unix)
      let server = Transport(descriptor: pair.near, on: runner.loop)
      let client = Transport(descriptor: pair.far, on: runner.loop)
      let issuer = try CertificateIssuer(
        selfSigned: CertificateIssuer.Request("a.example", names: ["DNS:a.example"]))
      var settings = TLSClientSettings()
      settings.trust = .authorities(Array(issuer.certificate.pem.utf8))
      #expect(
        server.startTLS(as: try TLSServerContext(TLSServerSettings(certificates: [issuer.pair]))))
      #expect(
        client.startTLS(as: try TLSClientContext(settings), to: .host("a.example"), peer: ""))
      let deadline = runner.loop.now + .seconds(5)
      let serving = Task.immediate(executorPreference: runner.loop) {
        _ = runner
        return await server.handshake(until: deadline)
      }
      #expect(await client.handshake(until: deadline) == .done)
      #expect(await serving.value == .done)
      // The server's tickets come unasked.
      #expect(await runner.turn { client.isReadable })
      #expect(client.isQuiet())
      try await server.write(octets("hello").span, Span(), stall: .seconds(5))
      let buffer = ByteBuffer(capacity: 64)
      let count = try await client.read(into: buffer, from: 0, until: deadline)
      #expect(buffer.text(0..<count) == "hello")
    }
  }

  @Test("begins with an octet that can be looked at")
  func peeks() async throws {
    try await onLoop { runner in
      let (transport, peer) = try connected(.unix, on: runner.loop)
      #expect(transport.peekOctet() == .wouldBlock)
      peer.send([22, 3])
      #expect(await runner.turn { transport.isReadable })
      #expect(transport.peekOctet() == .octet(22))
      #expect(transport.tryRead(into: ByteBuffer(capacity: 8), from: 0) == .octets(2))
      peer.close()
      #expect(await runner.turn { transport.isPeerClosed })
      #expect(transport.peekOctet() == .endOfStream)
    }
  }
}
