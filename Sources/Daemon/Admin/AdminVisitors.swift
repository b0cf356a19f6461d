import EventLoop

/// A connection to the control socket, or to one of `admin`.
final class AdminVisitor {
  let connection: ServerConnection
  /// Whether everybody can come here, so that only those who show the token are answered.
  let isGuarded: Bool
  /// Whether the last request came with the token.
  var hasShownToken = false
  /// Whether no request is under way.
  var isIdle = true

  init(_ connection: ServerConnection, isGuarded: Bool) {
    self.connection = connection
    self.isGuarded = isGuarded
  }

  /// Whether it may ask for whatever it wants.
  var isTrusted: Bool { !isGuarded || hasShownToken }
}

/// Who is connected by one kind of socket, up to a number: whoever may connect to the one kind
/// cannot keep others from the other.
final class AdminVisitors {
  static let most = 32
  /// Those that came first stand first.
  private var visitors: [AdminVisitor] = []

  var count: Int { visitors.count }

  /// Takes `visitor` in. Beyond the number somebody else has to go: who is not known, the one that
  /// has been here longest first, else who asks for nothing.
  ///
  /// - Returns: Whether there was room, or somebody could go.
  func admit(_ visitor: AdminVisitor) -> Bool {
    if visitors.count >= Self.most {
      let leaving =
        visitors.firstIndex { !$0.isTrusted } ?? visitors.firstIndex(where: \.isIdle)
      guard let leaving else { return false }
      // Its own task, which reads from it, closes it.
      visitors.remove(at: leaving).connection.transport.shutDown()
    }
    visitors.append(visitor)
    return true
  }

  func remove(_ visitor: AdminVisitor) { visitors.removeAll { $0 === visitor } }
}
