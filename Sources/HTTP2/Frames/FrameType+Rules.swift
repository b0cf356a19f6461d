extension FrameType {
  /// What a frame of this type is about.
  enum Subject {
    case connection, stream, either
  }

  var stream: Subject {
    switch self {
    case .settings, .ping, .goAway, .priorityUpdate: .connection
    case .data, .headers, .priority, .resetStream, .pushPromise, .continuation: .stream
    case .windowUpdate, .unknown: .either
    }
  }

  /// The one length that payloads of this type have; nil where there is no such.
  var fixedLength: Int? {
    switch self {
    case .priority: 5
    case .resetStream, .windowUpdate: 4
    case .ping: 8
    case .data, .headers, .settings, .pushPromise, .goAway, .continuation, .priorityUpdate,
      .unknown:
      nil
    }
  }

  var minimumLength: Int {
    switch self {
    case .goAway: 8
    case .priorityUpdate, .pushPromise: 4
    default: 0
    }
  }
}
