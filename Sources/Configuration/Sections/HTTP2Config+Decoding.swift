extension HTTP2Config {
  enum Key: String, ObjectKey {
    case priorKnowledge = "prior_knowledge"
    case upgrade, alpn
    case maxConcurrentStreams = "max_concurrent_streams"
    case streamWindow = "stream_window"
    case connectionWindow = "connection_window"
    case maxFrame = "max_frame"
    case headerTable = "header_table"
    case maxHead = "max_head"
    case maxFields = "max_fields"
    case idleTimeout = "idle_timeout"
    case settingsTimeout = "settings_timeout"
    case resetBurst = "reset_burst"
    case resetRate = "reset_rate"
    case glitchBurst = "glitch_burst"
    case glitchRate = "glitch_rate"

    static let later: Set<String> = ["odd_field_names", "ping_interval", "ping_timeout"]
  }

  init(decoding node: Node) {
    self.init()
    guard let object = ObjectNode<Key>(node) else { return }
    object.read(.priorKnowledge, into: &priorKnowledge)
    object.read(.upgrade, into: &upgrade)
    object.read(.alpn, into: &alpn)
    object.read(.maxConcurrentStreams, into: &maxConcurrentStreams, in: Ranges.streams)
    object.read(.streamWindow, intoSize: &streamWindow, in: Ranges.window)
    object.read(.connectionWindow, intoSize: &connectionWindow, in: Ranges.window)
    object.read(.maxFrame, intoSize: &maxFrame, in: Ranges.frame)
    object.read(.headerTable, intoSize: &headerTable, in: Ranges.headerTable)
    object.read(.maxHead, intoSize: &maxHead, in: Ranges.head)
    object.read(.maxFields, into: &maxFields, in: Ranges.fields)
    object.read(.idleTimeout, into: &idleTimeout, in: Ranges.timeout)
    object.read(.settingsTimeout, into: &settingsTimeout, in: Ranges.timeout)
    object.read(.resetBurst, into: &resetBurst, in: Ranges.bucket)
    object.read(.resetRate, into: &resetRate, in: Ranges.bucket)
    object.read(.glitchBurst, into: &glitchBurst, in: Ranges.bucket)
    object.read(.glitchRate, into: &glitchRate, in: Ranges.bucket)
    let place = object[.connectionWindow] ?? object[.streamWindow] ?? node
    place.checkWindows(ofConnection: connectionWindow, ofStream: streamWindow)
  }
}

extension BackendHTTP2Config {
  enum Key: String, ObjectKey {
    case maxConcurrentStreams = "max_concurrent_streams"
    case streamWindow = "stream_window"
    case connectionWindow = "connection_window"
    case maxFrame = "max_frame"
    case headerTable = "header_table"
    case pingInterval = "ping_interval"
    case pingTimeout = "ping_timeout"
    case settingsTimeout = "settings_timeout"

    static let later: Set<String> = ["max_fields", "max_head"]
  }

  init(decoding node: Node) {
    self.init()
    guard let object = ObjectNode<Key>(node) else { return }
    object.read(.maxConcurrentStreams, into: &maxConcurrentStreams, in: Ranges.streams)
    object.read(.streamWindow, intoSize: &streamWindow, in: Ranges.window)
    object.read(.connectionWindow, intoSize: &connectionWindow, in: Ranges.window)
    object.read(.maxFrame, intoSize: &maxFrame, in: Ranges.frame)
    object.read(.headerTable, intoSize: &headerTable, in: Ranges.headerTable)
    object.read(.pingInterval, into: &pingInterval, in: Ranges.optionalTime)
    object.read(.pingTimeout, into: &pingTimeout, in: Ranges.timeout)
    object.read(.settingsTimeout, into: &settingsTimeout, in: Ranges.timeout)
    let place = object[.connectionWindow] ?? object[.streamWindow] ?? node
    place.checkWindows(ofConnection: connectionWindow, ofStream: streamWindow)
  }
}

extension Node {
  /// A stream cannot be sent more than its connection: a wider window would promise what never
  /// comes.
  fileprivate func checkWindows(ofConnection connection: Int, ofStream stream: Int) {
    guard stream > connection else { return }
    let (wide, narrow) = (format(octets: stream), format(octets: connection))
    fail("connection_window, \(narrow), is less than stream_window, \(wide)")
  }
}
