import Bytes
import Configuration
import EventLoop
import Glibc
import Proxy
import Synchronization
import System
import TestSupport
import Testing

@testable import Daemon

@Suite("Writing out the access log")
struct AccessLogWriterTests {
  /// What the writer told.
  private final class Notices: Sendable {
    private let notices = Mutex<[AccessLogWriter.Notice]>([])

    var all: [AccessLogWriter.Notice] { notices.withLock { $0 } }

    func add(_ notice: AccessLogWriter.Notice) { notices.withLock { $0.append(notice) } }

    /// Returns as soon as they are so, or after ten seconds.
    func wait(until condition: ([AccessLogWriter.Notice]) -> Bool) {
      let end = Instant.read() + .seconds(10)
      while !condition(all), Instant.read() < end { sched_yield() }
    }
  }

  private func writer(
    rings: [AccessLogRing], destination: AccessLogDestination?, tellingTo notices: Notices? = nil
  ) throws -> AccessLogWriter {
    let writer = AccessLogWriter(
      rings: rings, destination: destination, format: .text([.variable(.target)])
    ) { notices?.add($0) }
    return try #require(writer)
  }

  /// Has the ring tell of a request for `target`.
  private func append(_ target: String, to ring: AccessLogRing) {
    var record = AccessRecord()
    record.target = ByteRange(0..<target.utf8.count)
    ring.append(record, Array(target.utf8).span)
  }

  @Test("at the end everything that was logged has been written")
  func end() async throws {
    let directory = TemporaryDirectory()
    let rings = [AccessLogRing(), AccessLogRing()]
    let notices = Notices()
    let destination = try AccessLogDestination(.file(path: directory.file("log")))
    let writer = try writer(rings: rings, destination: destination, tellingTo: notices)
    for (index, ring) in rings.enumerated() { append("line \(index)", to: ring) }
    #expect(writer.start())
    await writer.end()
    await writer.end()
    #expect(directory.contents("log") == "line 0\nline 1\n")
    #expect(notices.all.isEmpty)
  }

  @Test("lines from before a reopening go to the old file, later ones to the new one")
  func reopen() async throws {
    let directory = TemporaryDirectory()
    let ring = AccessLogRing()
    let path = directory.file("log")
    let destination = try AccessLogDestination(.file(path: path))
    let writer = try writer(rings: [ring], destination: destination)
    append("before", to: ring)
    _ = unsafe rename(path, directory.file("log.1"))
    writer.reopen()
    #expect(writer.start())
    await writer.end()
    #expect(directory.contents("log.1") == "before\n")
    #expect(directory.contents("log") == "")
  }

  @Test("a destination that changes takes what comes from then on")
  func change() async throws {
    let directory = TemporaryDirectory()
    let ring = AccessLogRing()
    let writer = try writer(rings: [ring], destination: nil)
    writer.change(to: try AccessLogDestination(.file(path: directory.file("log"))))
    append("line", to: ring)
    #expect(writer.start())
    await writer.end()
    #expect(directory.contents("log") == "line\n")
  }

  @Test("lines look as they were last told to")
  func changedFormat() async throws {
    let directory = TemporaryDirectory()
    let ring = AccessLogRing()
    let destination = try AccessLogDestination(.file(path: directory.file("log")))
    let writer = try writer(rings: [ring], destination: destination)
    writer.change(to: .text([.literal("<"), .variable(.target), .literal(">")]))
    append("/", to: ring)
    #expect(writer.start())
    await writer.end()
    #expect(directory.contents("log") == "</>\n")
  }

  @Test("more than goes out at once arrives whole and in order")
  func many() async throws {
    let directory = TemporaryDirectory()
    let ring = AccessLogRing()
    let destination = try AccessLogDestination(.file(path: directory.file("log")))
    let writer = try writer(rings: [ring], destination: destination)
    let targets = (0..<3000).map { "/\($0)" }
    for target in targets { append(target, to: ring) }
    #expect(writer.start())
    await writer.end()
    #expect(directory.contents("log") == targets.joined(separator: "\n") + "\n")
  }

  @Test("lines that found no room are counted and told")
  func dropped() async throws {
    let ring = AccessLogRing(capacity: 4096)
    let notices = Notices()
    let writer = try writer(rings: [ring], destination: nil, tellingTo: notices)
    let line = String(repeating: "a", count: 1000)
    for _ in 0..<10 { append(line, to: ring) }
    #expect(writer.start())
    await writer.end()
    guard case .dropped(let count) = notices.all.first else {
      Issue.record("nothing was told")
      return
    }
    #expect(notices.all.count == 1 && count == 7)
  }

  @Test("a full disk is told once, what it does not take is counted, and nothing ends")
  func failure() async throws {
    let rings = [AccessLogRing(), AccessLogRing()]
    let notices = Notices()
    let destination = try AccessLogDestination(.file(path: "/dev/full"))
    let writer = try writer(rings: rings, destination: destination, tellingTo: notices)
    for ring in rings { for _ in 0..<3 { append("line", to: ring) } }
    #expect(writer.start())
    await writer.end()
    #expect(
      notices.all == [
        .failed("/dev/full", reason: "No space left on device"), .dropped(6),
      ])
  }

  @Test("what failed is told to work again once it does")
  func recovery() async throws {
    let directory = TemporaryDirectory()
    let path = directory.file("log")
    #expect(unsafe symlink("/dev/full", path) == 0)
    let ring = AccessLogRing()
    let notices = Notices()
    let destination = try AccessLogDestination(.file(path: path))
    let writer = try writer(rings: [ring], destination: destination, tellingTo: notices)
    append("lost", to: ring)
    #expect(writer.start())
    notices.wait(until: { $0.contains(.dropped(1)) })
    _ = unsafe unlink(path)
    writer.reopen()
    notices.wait(until: { $0.contains(.reopened(path)) })
    append("kept", to: ring)
    await writer.end()
    #expect(
      notices.all == [
        .failed(path, reason: "No space left on device"), .dropped(1), .reopened(path),
        .recovered(path),
      ])
    #expect(directory.contents("log") == "kept\n")
  }

  @Test("a file that cannot be opened anew is told of, and the old one goes on")
  func failedReopening() async throws {
    let directory = TemporaryDirectory()
    let path = directory.file("log")
    let ring = AccessLogRing()
    let notices = Notices()
    let destination = try AccessLogDestination(.file(path: path))
    let writer = try writer(rings: [ring], destination: destination, tellingTo: notices)
    _ = unsafe rename(path, directory.file("log.1"))
    #expect(unsafe mkdir(path, 0o700) == 0)
    writer.reopen()
    #expect(writer.start())
    notices.wait(until: { !$0.isEmpty })
    append("line", to: ring)
    await writer.end()
    #expect(notices.all == [.notReopened(path, reason: "Is a directory")])
    #expect(directory.contents("log.1") == "line\n")
  }
}
