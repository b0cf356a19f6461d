import Addressing
import Bytes
import EventLoop
import HTTP1
import HTTPSemantics
import Synchronization
import System

/// Asks the running daemon to read its configuration anew, waits for the outcome, and prints it.
///
/// Runs an event loop on the calling thread.
public func requestReload(at place: ControlSocketPath) -> ExitStatus {
  let client = ControlClient(place)
  Task(executorPreference: client.loop) { await client.reload() }
  client.loop.run()
  return client.exitStatus
}

/// `portico reload`'s end of the control socket.
actor ControlClient {
  nonisolated let loop = EventLoop()
  nonisolated var unownedExecutor: UnownedSerialExecutor {
    unsafe loop.asUnownedSerialExecutor()
  }

  private let place: ControlSocketPath
  private nonisolated let status = Mutex(ExitStatus.unavailable)
  nonisolated var exitStatus: ExitStatus { status.withLock { $0 } }

  /// Names may take long to resolve; systemd has a limit of its own.
  private static let patience = Interval.seconds(90)
  private static let mostOctets = 4 << 20

  init(_ place: ControlSocketPath) { self.place = place }

  func reload() async {
    defer { loop.stop() }
    do throws(TransportError) {
      guard let address = SocketAddress(.unix(path: place.path)) else {
        return say("\(place.path) is too long for a socket's path", to: .standardError)
      }
      let response = try await exchange(with: address)
      report(response)
    } catch {
      say("the daemon cannot be reached at \(place.path): \(error.text)", to: .standardError)
    }
  }

  /// - Returns: All that the daemon sent.
  private func exchange(with address: SocketAddress) async throws(TransportError) -> [UInt8] {
    let deadline = loop.now + Self.patience
    let transport = try Transport.connecting(to: address, on: loop)
    defer { transport.close() }
    try await transport.finishConnecting(until: deadline)
    var request = OutputBuffer()
    request.append("POST /reload HTTP/1.1\r\nHost: portico\r\nConnection: close\r\n")
    request.append("Content-Length: 0\r\n\r\n")
    try await transport.write(request.span, Span<UInt8>(), stall: Self.patience)
    let buffer = ByteBuffer(capacity: 64 * 1024)
    var received: [UInt8] = []
    while received.count < Self.mostOctets {
      let count = try await transport.read(into: buffer, from: 0, until: deadline)
      if count == 0 { break }
      for index in 0..<count { received.append(buffer.span[index]) }
    }
    return received
  }

  private func report(_ response: [UInt8]) {
    var head = ResponseHead()
    var parser = ResponseHeadParser(limits: .response)
    guard let isWhole = try? parser.parse(response.span, requestMethod: .post, into: &head),
      isWhole, case .length(let length) = head.framing,
      length <= UInt64(response.count - head.length)
    else { return say("the daemon has ended before it answered", to: .standardError) }
    let text = String(octets: response.span.extracting(head.length..<(head.length + Int(length))))
    let isSuccess = head.status == StatusCode.ok.rawValue
    status.withLock { $0 = isSuccess ? .success : .refused }
    say(text, to: isSuccess ? .standardOutput : .standardError, isWhole: true)
  }

  private func say(_ text: String, to output: consuming OutputFile, isWhole: Bool = false) {
    let line = isWhole ? text : "portico: \(text)\n"
    // Whom else to tell?
    do throws(OutputFile.WriteError) { try output.write(Array(line.utf8).span) } catch {}
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
