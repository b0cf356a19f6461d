import Addressing
import Glibc
import Names
import Testing

@testable import System

/// A name server on a loopback port that the kernel chose, without a thread: the test serves.
private final class Server {
  let descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
  private(set) var port: UInt16 = 0

  init() {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    unsafe withUnsafeMutablePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        #expect(unsafe bind(descriptor, $0, length) == 0)
        #expect(unsafe getsockname(descriptor, $0, &length) == 0)
      }
    }
    port = UInt16(bigEndian: address.sin_port)
  }

  deinit { _ = close(descriptor) }

  /// Answers one question that is there: the question itself, as a response with `change` made.
  func answer(_ change: (inout [UInt8]) -> Void) {
    var octets = [UInt8](repeating: 0, count: 2000)
    var peer = sockaddr_storage()
    var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
    unsafe withUnsafeMutablePointer(to: &peer) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        let count = unsafe recvfrom(descriptor, &octets, octets.count, 0, $0, &length)
        octets.removeLast(octets.count - max(0, count))
        // Without the additional record (EDNS), which is the last of it.
        octets[2] |= 0x80
        octets[11] = 0
        octets.removeLast(11)
        change(&octets)
        _ = unsafe sendto(descriptor, octets, octets.count, 0, $0, length)
      }
    }
  }
}

@Suite("Questions to name servers")
struct DNSClientTests {
  private static let question: NameQuestion = {
    var directory = NameDirectory()
    directory.want(
      [BackendName(.host, "shop.example", settings: NameSettings(family: .ipv4))], at: 0)
    return directory.takeDue(at: 0, most: 1)[0]
  }()

  /// Runs the client until it has an answer; `onRound` serves it meanwhile.
  private func ask(
    _ server: String, timeout: Int = 2000, _ onRound: () -> Void = {}
  ) throws -> NameAnswer? {
    let client = try #require(DNSClient(.init(servers: [server], timeout: timeout, tries: 1)))
    let descriptor = client.makeDescriptor()
    defer { _ = close(descriptor) }
    client.ask(Self.question)
    onRound()
    for _ in 0..<100 {
      while client.process() {}
      if let (question, answer) = client.takeAnswers().first {
        #expect(question == Self.question)
        #expect(client.millisecondsToTimeout == nil)
        return answer
      }
      var wanted = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      _ = unsafe poll(&wanted, 1, Int32(max(1, client.millisecondsToTimeout ?? 1)))
    }
    return nil
  }

  @Test("an answer is read")
  func answer() throws {
    let server = Server()
    let answer = try ask("127.0.0.1:\(server.port)") {
      server.answer { octets in
        octets[7] = 1
        octets += [0xC0, 12, 0, 1, 0, 1, 0, 0, 0, 30, 0, 4, 10, 0, 0, 1]
      }
    }
    #expect(
      answer == .records(.addresses([IPAddress(v4: 0x0A00_0001)]), secondsToLive: 30))
  }

  @Test(
    "an error is told from another",
    arguments: [
      (2, NameFailure.serverFailure), (3, .noSuchName), (5, .refused), (0, .noRecords),
    ] as [(UInt8, NameFailure)])
  func error(code: UInt8, failure: NameFailure) throws {
    let server = Server()
    let answer = try ask("127.0.0.1:\(server.port)") {
      server.answer { $0[3] = $0[3] & 0xF0 | code }
    }
    // Older versions of c-ares take some errors for a server that is not there.
    #expect(answer == .failed(failure) || (code == 2 || code == 5) && answer == .failed(.noServer))
  }

  @Test("a server that is silent, or not there, is given up")
  func silence() throws {
    let server = Server()
    let silent = try ask("127.0.0.1:\(server.port)", timeout: 50)
    #expect(silent == .failed(.timeout))
    #expect(try ask("127.0.0.1:1", timeout: 50) == .failed(.noServer))
  }

  @Test("without a descriptor there is no client, and nothing is closed that was not opened")
  func noDescriptor() async {
    await #expect(processExitsWith: .success) {
      var limit = rlimit(rlim_cur: 0, rlim_max: 1024)
      #expect(unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0)
      errno = 0
      let client = DNSClient(DNSClient.Settings())
      // A close of what is no descriptor would have said EBADF.
      #expect(errno == EMFILE)
      #expect(client == nil)
    }
  }

  @Test("what is asked last may be unanswered when the client goes")
  func unanswered() throws {
    let server = Server()
    let client = try #require(DNSClient(.init(servers: ["127.0.0.1:\(server.port)"])))
    for _ in 0..<100 { client.ask(Self.question) }
    #expect((client.millisecondsToTimeout ?? 0) > 0)
  }
}
