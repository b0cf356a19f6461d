import EventLoop
import LoopTestSupport
import Testing

@testable import Daemon

@Suite("Who is connected to admin and control sockets")
struct AdminVisitorsTests {
  private struct Guest {
    let visitor: AdminVisitor
    let peer: Peer
    /// Whether it was made to leave.
    var hasLeft: Bool { peer.receive() == [] }
  }

  private func guest(isGuarded: Bool, on loop: EventLoop) throws -> Guest {
    let pair = try SocketPair(.unix)
    let connection = ServerConnection(Transport(descriptor: pair.near, on: loop))
    return Guest(
      visitor: AdminVisitor(connection, isGuarded: isGuarded), peer: Peer(pair.far))
  }

  private func guests(isGuarded: Bool, on loop: EventLoop) throws -> [Guest] {
    try (0..<AdminVisitors.most).map { _ in try guest(isGuarded: isGuarded, on: loop) }
  }

  @Test("strangers go first, those that came first before others, also amid a request")
  func strangers() async throws {
    try await onLoop { runner in
      let visitors = AdminVisitors()
      let first = try guests(isGuarded: true, on: runner.loop)
      for guest in first { #expect(visitors.admit(guest.visitor)) }
      first[0].visitor.hasShownToken = true
      first[1].visitor.isIdle = false
      let next = try guest(isGuarded: true, on: runner.loop)
      #expect(visitors.admit(next.visitor) && visitors.count == AdminVisitors.most)
      #expect(first.map(\.hasLeft) == first.indices.map { $0 == 1 })
    }
  }

  @Test("of those that are trusted only idle ones go")
  func trusted() async throws {
    try await onLoop { runner in
      let visitors = AdminVisitors()
      let first = try guests(isGuarded: false, on: runner.loop)
      for guest in first {
        guest.visitor.isIdle = false
        #expect(visitors.admit(guest.visitor))
      }
      let next = try guest(isGuarded: false, on: runner.loop)
      #expect(!visitors.admit(next.visitor))
      first[7].visitor.isIdle = true
      #expect(visitors.admit(next.visitor))
      #expect(first.map(\.hasLeft) == first.indices.map { $0 == 7 })
    }
  }

  @Test("who leaves makes room")
  func room() async throws {
    try await onLoop { runner in
      let visitors = AdminVisitors()
      let first = try guests(isGuarded: true, on: runner.loop)
      for guest in first { #expect(visitors.admit(guest.visitor)) }
      visitors.remove(first[5].visitor)
      let next = try guest(isGuarded: true, on: runner.loop)
      #expect(visitors.admit(next.visitor))
      let left = first.filter(\.hasLeft)
      #expect(left.isEmpty)
    }
  }
}
