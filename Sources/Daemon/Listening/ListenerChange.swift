import Addressing

/// What has to happen to the listening sockets so that they are those of a new configuration.
struct ListenerChange: Equatable, Sendable {
  struct Move: Equatable, Sendable {
    let from: ListenerKey
    let to: ListenerKey
  }

  /// Not touched.
  private(set) var kept: [ListenerKey] = []
  /// The endpoint stays and the listener has another name: it could not be bound a second time, and
  /// need not be.
  private(set) var moved: [Move] = []
  private(set) var opened: [ListenerKey] = []
  private(set) var closed: [ListenerKey] = []

  init(from old: [ListenerKey], to new: [ListenerKey]) {
    // A key can stand there more than once: with port 0 each is a socket of its own.
    var left = old
    var missing: [ListenerKey] = []
    for key in new {
      if let index = left.firstIndex(of: key) {
        kept.append(left.remove(at: index))
      } else {
        missing.append(key)
      }
    }
    for key in missing {
      let index = left.firstIndex { $0.endpoint == key.endpoint && !key.endpoint.isAnyPort }
      if let index {
        moved.append(Move(from: left.remove(at: index), to: key))
      } else {
        opened.append(key)
      }
    }
    closed = left
  }
}

extension Endpoint {
  /// Whether every socket opened on it gets an address of its own.
  fileprivate var isAnyPort: Bool {
    if case .ip(_, port: 0) = self { true } else { false }
  }
}
