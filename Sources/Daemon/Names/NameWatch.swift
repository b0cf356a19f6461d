import Addressing
import Configuration
import EventLoop
import Names
import Proxy
import System

/// Looks up the names of backends, for as long as the daemon lives. Belongs to the control loop.
///
/// What there is to look up is for ``NameDirectory`` to know, and whom to ask for ``DNSClient``;
/// this brings both together with the loop's time and descriptors.
final class NameWatch {
  /// Questions that are asked at a time: answers to more might not find room in the kernel.
  private static let mostAsked = 64

  private let loop: EventLoop
  private var directory = NameDirectory()
  private var hosts = SystemHosts()
  private var settings = DNSClient.Settings()
  private var generator = SystemRandomNumberGenerator()
  /// nil until a server is asked, and where no descriptor is left for it.
  private var asking: (client: DNSClient, descriptor: ReadableDescriptor)?
  /// Where it waits while there is nobody who could answer.
  private let pause: WaitPoint
  private let settling: WaitPoint
  private var report = NameReport()
  /// Whether an answer has come in this turn.
  private var hasAnswers = false

  /// The backends that each name stands for.
  private(set) var found: [BackendName: [NamedBackend]] = [:]

  init(on loop: EventLoop) {
    self.loop = loop
    pause = WaitPoint(on: loop)
    settling = WaitPoint(on: loop)
  }

  private var now: UInt64 { UInt64(clamping: loop.now.microseconds / 1000) }

  // MARK: What is wanted

  /// Makes the names of `routing` those that are looked up, and its servers those that are asked.
  func want(_ routing: RoutingConfig, beside running: RoutingConfig? = nil) {
    let fresh = DNSClient.Settings(routing.resolver)
    if fresh != settings {
      settings = fresh
      asking?.descriptor.wake()
      asking = nil
      directory.askAgain(at: now)
    }
    let names = BackendName.all(of: routing)
    directory.want(names.union(running.map { BackendName.all(of: $0) } ?? []), at: now)
    found = directory.backends(at: now)
    wake()
  }

  /// Waits until every name has been looked up, with or without an answer, at the latest until
  /// `deadline`.
  func settle(until deadline: Instant) async {
    if !directory.isSettled { _ = await settling.wait(until: deadline) }
  }

  func statuses() -> [NameStatus] { directory.statuses(at: now) }

  // MARK: Looking up

  /// Asks what is due, and waits until there is something new to know or to do.
  ///
  /// - Returns: What there is to tell; with changes, ``found`` is another than before.
  func turn() async -> NameReport.News {
    ask()
    await wait()
    receive()
    hasAnswers = false
    if directory.isSettled { settling.signal() }
    let fresh = directory.backends(at: now)
    defer { found = fresh }
    return report.news(from: found, to: fresh, statuses())
  }

  private func ask() {
    let room = Self.mostAsked - (asking?.client.awaited ?? 0)
    for question in directory.takeDue(at: now, most: room) {
      if let answer = hosts.answer(question, at: loop.now) {
        received(answer, to: question)
      } else if let client = openClient() {
        client.ask(question)
      } else {
        received(.failed(.noResources), to: question)
      }
    }
  }

  private func openClient() -> DNSClient? {
    if let asking { return asking.client }
    guard let client = DNSClient(settings) else { return nil }
    let descriptor = client.makeDescriptor()
    guard descriptor >= 0 else { return nil }
    asking = (client, ReadableDescriptor(owning: descriptor, on: loop))
    return client
  }

  private func wait() async {
    if hasAnswers { return }
    guard let asking else {
      _ = await pause.wait(until: nextDue)
      return
    }
    if asking.client.process() { return await loop.yieldTurn() }
    if asking.client.hasAnswers { return }
    let timeout = asking.client.millisecondsToTimeout.map {
      loop.now + .milliseconds(Int64(max(1, $0)))
    }
    _ = await asking.descriptor.wait(until: min(nextDue, timeout ?? .never))
  }

  /// When there is something to ask that there is room for.
  private var nextDue: Instant {
    guard (asking?.client.awaited ?? 0) < Self.mostAsked, let due = directory.nextDue else {
      return .never
    }
    return Instant(microseconds: Int64(clamping: due) &* 1000)
  }

  private func receive() {
    guard let client = asking?.client else { return }
    _ = client.process()
    for (question, answer) in client.takeAnswers() { received(answer, to: question) }
  }

  private func received(_ answer: NameAnswer, to question: NameQuestion) {
    directory.received(answer, to: question, at: now, using: &generator)
    hasAnswers = true
  }

  private func wake() {
    pause.signal()
    asking?.descriptor.wake()
  }
}

extension DNSClient.Settings {
  init(_ config: ResolverConfig) {
    self.init(
      servers: config.servers.map(\.description),
      timeout: Int(clamping: Interval(config.timeout).microseconds / 1000), tries: config.tries)
  }
}
