import Glibc
import TestSupport
import Testing

@testable import System

@Suite("Speaking to systemd, sd_notify(3)")
struct ServiceManagerTests {
  struct Case: CustomTestStringConvertible, Sendable {
    let name: String
    let state: ServiceManager.State
    var status: String?
    let message: String

    var testDescription: String { name }
  }

  static let cases = [
    Case(name: "ready", state: .ready, message: "READY=1"),
    Case(
      name: "ready with a status", state: .ready, status: "serving",
      message: "READY=1\nSTATUS=serving"),
    Case(
      name: "reloading", state: .reloading(monotonicMicroseconds: 17),
      message: "RELOADING=1\nMONOTONIC_USEC=17"),
    Case(name: "stopping", state: .stopping, message: "STOPPING=1"),
    Case(name: "watchdog", state: .watchdog, message: "WATCHDOG=1"),
  ]

  @Test(
    "a state arrives as one datagram, on a path and in the abstract namespace", arguments: cases)
  func notify(_ c: Case) throws {
    let directory = TemporaryDirectory()
    let abstract = "@portico-test-\(Environment.processID)-\(UInt32.random(in: .min ... .max))"
    for path in [directory.file("notify"), abstract] {
      let receiver = try #require(DatagramSocket(at: path))
      #expect(ServiceManager(socketPath: path).notify(c.state, status: c.status))
      #expect(receiver.receive() == c.message)
    }
  }

  @Test("without a socket, and with one that nobody reads, nothing happens")
  func nobody() {
    let directory = TemporaryDirectory()
    #expect(!ServiceManager(socketPath: nil).notify(.ready))
    #expect(!ServiceManager(socketPath: directory.file("none")).notify(.ready))
    let long = String(repeating: "a", count: 200)
    #expect(!ServiceManager(socketPath: "/\(long)").notify(.ready))
  }

  struct Watchdog: Sendable {
    var microseconds: String?
    var processID: String?
    let expected: Int64?
  }

  @Test(
    "the watchdog counts when it is a positive number and meant for us",
    arguments: [
      Watchdog(expected: nil),
      Watchdog(microseconds: "10000000", expected: 10_000_000),
      Watchdog(microseconds: "10", processID: "7", expected: 10),
      Watchdog(microseconds: "10", processID: "8", expected: nil),
      Watchdog(microseconds: "10", processID: "x", expected: nil),
      Watchdog(microseconds: "0", expected: nil),
      Watchdog(microseconds: "-5", expected: nil),
      Watchdog(microseconds: "10s", expected: nil),
    ])
  func watchdog(_ c: Watchdog) {
    let interval = ServiceManager.watchdog(
      microseconds: c.microseconds, processID: c.processID, own: 7)
    #expect(interval == c.expected)
  }
}

/// Stands in for systemd's end of the socket.
private final class DatagramSocket {
  let descriptor: Int32

  init?(at path: String) {
    descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let octets = Array(path.utf8)
    // Sound: the paths of these tests are shorter than the field.
    unsafe withUnsafeMutableBytes(of: &address.sun_path) { field in
      unsafe field.copyBytes(from: octets.prefix(field.count - 1))
      if path.hasPrefix("@") { unsafe field[0] = 0 }
    }
    let length = MemoryLayout<sa_family_t>.size + octets.count + (path.hasPrefix("@") ? 0 : 1)
    let outcome = unsafe withUnsafePointer(to: address) { address in
      unsafe address.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe bind(descriptor, $0, socklen_t(length))
      }
    }
    guard outcome == 0 else { return nil }
  }

  deinit { _ = close(descriptor) }

  func receive() -> String {
    var buffer = [UInt8](repeating: 0, count: 1024)
    // Sound: the count is that of the buffer.
    let count = unsafe recv(descriptor, &buffer, buffer.count, Int32(MSG_DONTWAIT))
    return String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)
  }
}
