import Bytes
import Glibc
import System
import TestSupport
import Testing

@testable import Daemon

@Suite("Where access log lines go")
struct AccessLogDestinationTests {
  typealias Outcome = AccessLogDestination.Outcome

  private func write(_ text: String, to destination: AccessLogDestination) -> Outcome {
    let octets = Array(text.utf8)
    return destination.write(octets.span)
  }

  @Test("a line that was cut ends before the next one begins")
  func cutLine() throws {
    _ = signal(SIGPIPE, SIG_IGN)
    let directory = TemporaryDirectory()
    let pipe = directory.file("pipe")
    #expect(unsafe mkfifo(pipe, 0o600) == 0)
    let reader = unsafe open(pipe, O_RDONLY | O_NONBLOCK)
    let destination = try AccessLogDestination(.file(path: pipe))
    // Full, the pipe stands for the disk; without a reader, for one that takes nothing more.
    let full = 64 * 1024
    #expect(
      BackgroundThread.start(name: "reader") {
        while Self.waiting(in: reader) < full { sched_yield() }
        _ = close(reader)
      })
    let long = String(repeating: "a", count: full)
    #expect(
      write("whole\n\(long)\nlost\n", to: destination) == Outcome(lost: 2, error: .readerGone))
    let next = unsafe open(pipe, O_RDONLY | O_NONBLOCK)
    defer { _ = close(next) }
    #expect(Self.read(from: next).hasPrefix("whole\naaa"))
    #expect(write("next\n", to: destination) == Outcome())
    #expect(write("last\n", to: destination) == Outcome())
    #expect(Self.read(from: next) == "\nnext\nlast\n")
  }

  @Test("a datagram that is refused loses its own line only")
  func refusedDatagram() throws {
    let directory = TemporaryDirectory()
    let path = directory.file("log.sock")
    let receiver = try #require(Self.datagramSocket(at: path))
    let destination = try AccessLogDestination(.syslog(path: path))
    let long = String(repeating: "a", count: 4 << 20)
    #expect(
      write("one\n\(long)\ntwo\n", to: destination)
        == Outcome(lost: 1, error: .failed(EMSGSIZE)))
    #expect(Self.read(from: receiver) == "<134>portico: one<134>portico: two")
    _ = close(receiver)
    #expect(
      write("three\nfour\nfive\n", to: destination)
        == Outcome(lost: 3, error: .failed(ECONNREFUSED)))
  }

  /// Octets that can be read.
  private static func waiting(in descriptor: Int32) -> Int {
    var count: Int32 = 0
    _ = unsafe ioctl(descriptor, UInt(FIONREAD), &count)
    return Int(count)
  }

  /// All that is there.
  private static func read(from descriptor: Int32) -> String {
    var octets: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 128 * 1024)
    while true {
      let taken = unsafe Glibc.read(descriptor, &piece, piece.count)
      guard taken > 0 else { return String(decoding: octets, as: UTF8.self) }
      octets += piece[..<taken]
    }
  }

  private static func datagramSocket(at path: String) -> Int32? {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: path.utf8) }
    let type = Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
    let descriptor = socket(AF_UNIX, type, 0)
    let outcome = unsafe withUnsafePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    return outcome == 0 ? descriptor : nil
  }
}
