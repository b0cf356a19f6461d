public import Bytes
import HPACK
public import HTTPSemantics

/// One side of an HTTP/2 connection (RFC 9113): octets in, events out; calls in, octets out.
///
/// It reads no socket and no clock: times are microseconds of any monotonic clock. What it has to
/// say goes to ``output``, which the owner flushes once per turn. It is a struct so that its parts
/// need no exclusivity checks; an owner that keeps it in a class pays one for each call.
public struct HTTP2Connection: ~Copyable {
  public let role: Role
  /// What is to be sent. The owner may take the buffer and leave another; see ``outputFlushed()``.
  ///
  /// Starts without memory. Between `beginHead` and `endHead` it must be left alone.
  public var output = OutputBuffer(capacity: 0)

  /// Server: the head that ``Event/request(_:)`` tells of. Lines of pseudo-header fields are marked
  /// as hop-by-hop.
  public var requestHead = RequestHead()
  /// Client: the head that ``Event/response(_:)`` tells of. Lines of pseudo-header fields as above.
  public var responseHead = ResponseHead()
  /// What the offsets of either head count in.
  public var headOctets = OutputBuffer(capacity: 0)
  /// What the request of ``Event/request(_:)`` is to be refused for; nil when it can be served.
  public internal(set) var requestProblem: RequestProblem?
  /// What ``Event/trailers(_:)`` tells of.
  public internal(set) var trailers = TrailerSection(octets: [], fields: FieldSection())

  /// What the peer has told us so far.
  public internal(set) var peerSettings = HTTP2Settings()
  /// The highest stream of the peer's that was or may be processed.
  public internal(set) var lastPeerStreamID = StreamID.connection
  /// The stream of the request that came by HTTP/1.1, for a connection made by an upgrade.
  public internal(set) var upgradedStream: StreamSlot?

  let terms: HTTP2Terms
  var settings: HTTP2Settings { terms.settings }
  var limits: HTTP2Limits { terms.limits }
  var credit: ConnectionWindow.Credit { terms.window.credit }

  var reader: FrameReader
  var decoder: HPACKDecoder
  var encoder = HPACKEncoder()
  var block = FieldBlockAssembly()
  /// Server: that of the request before.
  var knownAuthority = KnownAuthority()
  var streams: StreamTable
  var floods: FloodGuard
  var deadlines: Deadlines
  var goAway = GoAwayState()

  /// What we may send on the connection.
  var sendWindow = SendWindow(65_535)
  /// What the peer may.
  var receiveWindow: ReceiveWindow
  /// What a new stream of the peer's may send: our setting, once the peer must know of it.
  var streamReceiveWindow: Int32
  /// What becomes of the DATA frame that is being read.
  var dataFrame = DataFrame()
  /// A stream whose end is still to be told.
  var pendingEnd: StreamSlot?
  var hasPeerSettings = false
  /// The number of the next stream that we open; past 31 bits when all have been used.
  var nextStreamNumber: UInt32 = 1
  /// Where the head that is being written begins in ``output``, and whose it is.
  var headStart = 0
  var headSlot: StreamSlot?
  /// What the connection failed by; it is of no use since then.
  var failure: ConnectionError?
  /// Trailers, and fields that nobody is told of.
  var scratchFields = FieldSection()
  /// PRIORITY_UPDATE of a stream that is still to come (RFC 9218 §7.1). The last one is kept.
  var earlyPriority: (id: StreamID, priority: StreamPriority)?
  /// It is a kilobyte.
  private let inPlace = InPlace()

  /// Begins a connection: queues our side of the preface (RFC 9113 §3.4).
  ///
  /// - Parameter now: Microseconds.
  public init(role: Role, terms: HTTP2Terms, now: Int64) {
    let settings = terms.settings
    self.role = role
    self.terms = terms
    reader = FrameReader(
      expectsPreface: role == .server, maxFrameOctets: Int(settings.maxFrameOctets),
      maxSettingsEntries: terms.limits.maxSettingsEntries)
    // Until it has seen our settings, the peer may go by the defaults (RFC 9113 §6.5.3): the larger
    // of the two is allowed for.
    decoder = HPACKDecoder(maxTableOctets: max(4096, Int(settings.headerTableOctets)))
    streams = StreamTable()
    floods = FloodGuard(terms, now: now)
    deadlines = Deadlines(terms.limits, now: now)
    receiveWindow = ReceiveWindow(terms.window.octets)
    streamReceiveWindow = max(65_535, Int32(clamping: settings.initialWindowOctets))
    // A server has no use for pushing: it may only say so.
    peerSettings.enablesPush = role == .server
    queueConnectionStart(terms.window)
  }

  /// As ``init(role:terms:now:)``, with terms of its own.
  public init(
    role: Role, settings: HTTP2Settings, window: ConnectionWindow, limits: HTTP2Limits, now: Int64
  ) {
    let terms = HTTP2Terms(settings: settings, window: window, limits: limits)
    self.init(role: role, terms: terms, now: now)
  }

  private mutating func queueConnectionStart(_ window: ConnectionWindow) {
    if role == .client { output.append(FrameReader.preface) }
    output.appendSettings(settings)
    let increment = window.octets &- 65_535
    if increment > 0 { output.appendWindowUpdate(.connection, increment) }
  }

  /// Begins the server's side of a connection that was HTTP/1.1 (RFC 7540 §3.2). Stream 1 is the
  /// request; the client's preface is still to come.
  ///
  /// The request is to be served when the first ``Event/settingsReceived`` proves that the client
  /// does speak HTTP/2.
  ///
  /// - Parameter payload: What ``HTTP2SettingsField/decode(_:)`` made of the field.
  /// - Throws: When a setting has a value that it cannot have. Nothing may be written then.
  public init(
    upgradedWith payload: Span<UInt8>, terms: HTTP2Terms, now: Int64
  ) throws(ConnectionError) {
    self.init(role: .server, terms: terms, now: now)
    _ = try apply(payload)
    lastPeerStreamID = StreamID(rawValue: 1)
    let slot = streams.insert(
      StreamRecord(
        id: lastPeerStreamID, state: .halfClosedRemote,
        sendWindow: SendWindow(Int32(clamping: peerSettings.initialWindowOctets)),
        receiveWindow: ReceiveWindow(streamReceiveWindow)))
    streams[slot].contentRemaining = 0
    upgradedStream = slot
  }
}
