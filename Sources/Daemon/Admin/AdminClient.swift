import Addressing
import Bytes
import EventLoop
import HTTP1
import HTTPSemantics
import Synchronization
import System

/// A tool's end of the control socket. It runs an event loop on the calling thread.
actor AdminClient {
  struct Answer: Sendable {
    let status: StatusCode
    let text: String
  }

  /// Why there is no answer, for people.
  struct Failure: Error {
    let text: String
  }

  nonisolated let loop: EventLoop
  nonisolated var unownedExecutor: UnownedSerialExecutor {
    unsafe loop.asUnownedSerialExecutor()
  }

  private let place: ControlSocketPath
  private nonisolated let status = Mutex(ExitStatus.unavailable)
  private static let mostOctets = 64 << 20

  private init?(_ place: ControlSocketPath) {
    guard let loop = EventLoop() else { return nil }
    self.loop = loop
    self.place = place
  }

  /// Runs `body` to its end, and says how the process is to exit.
  static func run(
    at place: ControlSocketPath,
    _ body: @escaping @Sendable (AdminClient) async throws(Failure) -> ExitStatus
  ) -> ExitStatus {
    guard let client = AdminClient(place) else {
      say("portico: \(noDescriptor)\n", to: .standardError)
      return .system
    }
    Task(executorPreference: client.loop) { await client.perform(body) }
    client.loop.run()
    return client.status.withLock { $0 }
  }

  private func perform(
    _ body: @Sendable (AdminClient) async throws(Failure) -> ExitStatus
  ) async {
    defer { loop.stop() }
    do throws(Failure) {
      let outcome = try await body(self)
      status.withLock { $0 = outcome }
    } catch {
      say("portico: \(error.text)\n", to: .standardError)
    }
  }

  /// Asks the daemon for one thing, on a connection of its own.
  ///
  /// - Parameter patience: Until there is an answer.
  func ask(
    _ method: StaticString, _ path: String, patience: Interval = .seconds(10)
  ) async throws(Failure) -> Answer {
    guard let address = SocketAddress(.unix(path: place.path)) else {
      throw Failure(text: "\(place.path) is too long for a socket's path")
    }
    let response: [UInt8]
    do throws(TransportError) {
      response = try await exchange(method, path, with: address, until: loop.now + patience)
    } catch {
      throw Failure(text: "the daemon cannot be reached at \(place.path): \(error.text)")
    }
    guard let answer = Self.parse(response) else {
      throw Failure(text: "the daemon has ended before it answered")
    }
    return answer
  }

  func pause(_ interval: Interval) async {
    let point = WaitPoint(on: loop)
    _ = await point.wait(until: loop.now + interval)
  }

  nonisolated func say(_ text: String, to output: consuming OutputFile) {
    Self.say(text, to: output)
  }

  private static func say(_ text: String, to output: consuming OutputFile) {
    // Whom else to tell?
    do throws(OutputFile.WriteError) { try output.write(Array(text.utf8).span) } catch {}
  }

  /// - Returns: All that the daemon sent.
  private func exchange(
    _ method: StaticString, _ path: String, with address: SocketAddress,
    until deadline: Instant
  ) async throws(TransportError) -> [UInt8] {
    let transport = try Transport.connecting(to: address, on: loop)
    defer { transport.close() }
    try await transport.finishConnecting(until: deadline)
    var request = OutputBuffer()
    request.append(method)
    request.append(.space)
    request.append(path)
    request.append(" HTTP/1.1\r\nHost: portico\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
    try await transport.write(request.span, Span<UInt8>(), stall: .seconds(10))
    let buffer = ByteBuffer(capacity: 64 * 1024)
    var received: [UInt8] = []
    while received.count < Self.mostOctets {
      let count = try await transport.read(into: buffer, from: 0, until: deadline)
      if count == 0 { break }
      for index in 0..<count { received.append(buffer.span[index]) }
    }
    return received
  }

  private static func parse(_ response: [UInt8]) -> Answer? {
    var head = ResponseHead()
    var parser = ResponseHeadParser(limits: .response)
    guard let isWhole = try? parser.parse(response.span, requestMethod: .post, into: &head),
      isWhole, case .length(let length) = head.framing,
      length <= UInt64(response.count - head.length)
    else { return nil }
    return Answer(
      status: StatusCode(rawValue: head.status),
      text: String(octets: response.span.extracting(head.length..<(head.length + Int(length)))))
  }
}

extension TransportError {
  fileprivate var text: String {
    switch self {
    case .broken(let code): errorText(code)
    case .timedOut: "it does not answer"
    case .aborted: "aborted"
    }
  }
}
