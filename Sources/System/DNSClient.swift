import CAres
import CLinux
import Glibc
public import Names

/// Asks name servers, by c-ares, and never waits: whoever owns it watches its descriptor and the
/// time, and calls ``process()``.
///
/// Where to ask is read anew (`/etc/resolv.conf`) whenever nothing is being asked, and its sockets
/// are open for that long only: each round has other ports.
@safe
public final class DNSClient {
  public struct Settings: Equatable, Sendable {
    /// Addresses with ports, `10.0.0.1:53`; none for those of `/etc/resolv.conf`.
    public var servers: [String]
    /// Milliseconds that a server has for its answer, the first time; each further time twice as
    /// many.
    public var timeout: Int
    /// How often each server is asked.
    public var tries: Int

    public init(servers: [String] = [], timeout: Int = 2000, tries: Int = 2) {
      self.servers = servers
      self.timeout = timeout
      self.tries = tries
    }
  }

  /// A question that has not been answered. c-ares holds one reference to it.
  private final class Query {
    let question: NameQuestion
    let answers: Answers

    init(_ question: NameQuestion, _ answers: Answers) {
      self.question = question
      self.answers = answers
    }
  }

  /// Where answers gather. Apart from the client, so that the last ones may come while that goes
  /// away.
  private final class Answers {
    var found: [(NameQuestion, NameAnswer)] = []
    var awaited = 0

    func received(_ status: Int32, _ message: [UInt8], _ question: NameQuestion) {
      awaited -= 1
      let answer: NameAnswer =
        status == Int32(CARES_SUCCESS)
        ? NameAnswer(message: message.span, type: question.type)
        : .failed(NameFailure(status: status))
      found.append((question, answer))
    }
  }

  private let settings: Settings
  /// All sockets of the channel are in it.
  private let epoll: Int32
  /// Whether c-ares has been started, and is to be ended.
  private let isStarted: Bool
  private var channel: ares_channel?
  private let answers = Answers()

  /// nil when no descriptor is left.
  public init?(_ settings: Settings) {
    self.settings = settings
    epoll = epoll_create1(Int32(CLINUX_EPOLL_CLOEXEC))
    isStarted = epoll >= 0 && cares_start() != 0
    // What there is so far, `deinit` gives back.
    if !isStarted { return nil }
  }

  deinit {
    closeChannel()
    if epoll >= 0 { _ = close(epoll) }
    if isStarted { ares_library_cleanup() }
  }

  /// A descriptor that can be read from when ``process()`` has something to do. The caller closes
  /// it; negative when none is left.
  public func makeDescriptor() -> Int32 { fcntl(epoll, F_DUPFD_CLOEXEC, 0) }

  // MARK: Asking

  public func ask(_ question: NameQuestion) {
    guard let channel = unsafe openChannel() else {
      return answers.found.append((question, .failed(.noResources)))
    }
    answers.awaited += 1
    // Sound: the callback is called once, with the reference that is handed over here.
    let query = unsafe Unmanaged.passRetained(Query(question, answers)).toOpaque()
    unsafe cares_query(
      channel, question.name, Int32(question.type.rawValue),
      { context, status, _, message, length in
        guard let context = unsafe context else { return }
        let query = unsafe Unmanaged<Query>.fromOpaque(context).takeRetainedValue()
        // Sound: so many octets are there for the time of the call; they are copied.
        let octets = unsafe [UInt8](
          UnsafeBufferPointer(start: message, count: max(0, Int(length))))
        query.answers.received(status, octets, query.question)
      }, query)
  }

  /// Questions that have no answer yet.
  public var awaited: Int { answers.awaited }

  /// Whether there are answers to take.
  public var hasAnswers: Bool { !answers.found.isEmpty }

  /// Takes the answers that have come.
  public func takeAnswers() -> [(NameQuestion, NameAnswer)] {
    defer { answers.found.removeAll(keepingCapacity: true) }
    return answers.found
  }

  // MARK: Running

  private static let mostRounds = 16
  private static let eventsPerRound = 32

  /// Reads and writes what can be, and gives up on what has taken too long.
  ///
  /// - Returns: Whether there may be more to do at once, since much has come.
  public func process() -> Bool {
    for _ in 0..<Self.mostRounds where unsafe channel != nil {
      let isMore = processEvents()
      if answers.awaited == 0 { closeChannel() }
      if !isMore { return false }
    }
    return unsafe channel != nil
  }

  private func processEvents() -> Bool {
    var events = unsafe [epoll_event](repeating: epoll_event(), count: Self.eventsPerRound)
    // Sound: room for as many events as are asked for.
    let count = unsafe epoll_wait(epoll, &events, Int32(Self.eventsPerRound), 0)
    let nobody: Int32 = -1  // ARES_SOCKET_BAD
    for index in 0..<max(0, Int(count)) {
      let (bits, descriptor) = unsafe (events[index].events, events[index].data.fd)
      let isReadable = bits & (EPOLLIN.rawValue | EPOLLERR.rawValue | EPOLLHUP.rawValue) != 0
      let isWritable = bits & (EPOLLOUT.rawValue | EPOLLERR.rawValue) != 0
      // Sound: the channel is open; of a socket that it has closed meanwhile it knows nothing.
      unsafe ares_process_fd(
        channel, isReadable ? descriptor : nobody, isWritable ? descriptor : nobody)
    }
    // Without sockets it looks at the time only.
    if count <= 0 { unsafe ares_process_fd(channel, nobody, nobody) }
    return count > 0
  }

  /// Milliseconds after which ``process()`` is to be called even if nothing comes; nil while
  /// nothing is awaited.
  public var millisecondsToTimeout: Int? {
    guard let channel = unsafe channel else { return nil }
    let left = unsafe cares_timeout(channel)
    return left < 0 ? nil : left
  }

  // MARK: The channel

  private func openChannel() -> ares_channel? {
    if let channel = unsafe channel { return unsafe channel }
    let servers = settings.servers.isEmpty ? nil : settings.servers.joined(separator: ",")
    // The context is a number, not a pointer: nothing has to outlive the channel. One more, as 0 is
    // nil.
    let context = unsafe UnsafeMutableRawPointer(bitPattern: Int(epoll) + 1)
    let watch: cares_socket_callback = { context, socket, readable, writable in
      let epoll = Int32(truncatingIfNeeded: Int(bitPattern: context) - 1)
      watchSocket(socket, in: epoll, readable: readable != 0, writable: writable != 0)
    }
    if let servers {
      unsafe channel = unsafe cares_open(
        servers, Int32(clamping: settings.timeout), Int32(clamping: settings.tries), watch, context)
    } else {
      unsafe channel = unsafe cares_open(
        nil, Int32(clamping: settings.timeout), Int32(clamping: settings.tries), watch, context)
    }
    return unsafe channel
  }

  private func closeChannel() {
    guard let open = unsafe channel else { return }
    unsafe channel = nil
    // Questions that are still awaited have their callback called.
    unsafe ares_destroy(open)
  }
}

/// Watches a socket of c-ares for what it wants of it; for nothing, when it is about to be closed.
private func watchSocket(_ socket: Int32, in epoll: Int32, readable: Bool, writable: Bool) {
  var event = unsafe epoll_event()
  unsafe event.events =
    (readable ? EPOLLIN.rawValue : 0) | (writable ? EPOLLOUT.rawValue : 0)
  unsafe event.data.fd = socket
  // Sound: the structure lives for the calls. Which of them is right, the kernel knows.
  guard readable || writable else {
    _ = unsafe epoll_ctl(epoll, EPOLL_CTL_DEL, socket, &event)
    return
  }
  if unsafe epoll_ctl(epoll, EPOLL_CTL_MOD, socket, &event) != 0 {
    _ = unsafe epoll_ctl(epoll, EPOLL_CTL_ADD, socket, &event)
  }
}

extension NameFailure {
  /// - Parameter status: One of `ARES_…` that is not `ARES_SUCCESS`.
  fileprivate init(status: Int32) {
    self =
      switch Int(status) {
      case CARES_ENODATA: .noRecords
      case CARES_ENOTFOUND: .noSuchName
      case CARES_ESERVFAIL: .serverFailure
      case CARES_EFORMERR, CARES_ENOTIMP, CARES_EREFUSED: .refused
      case CARES_ETIMEOUT: .timeout
      case CARES_ECONNREFUSED: .noServer
      case CARES_EBADRESP, CARES_EBADNAME, CARES_EBADQUERY: .malformedAnswer
      default: .noResources
      }
  }
}
