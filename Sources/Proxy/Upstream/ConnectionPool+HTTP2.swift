import EventLoop

// Connections that many requests share.
extension ConnectionPool {
  /// A connection with room for one more stream. One is filled before the next is used.
  func connectionWithRoom() -> HTTP2BackendConnection? {
    multiplexed.first { $0.hasRoom }
  }

  /// A connection has been opened.
  func add(_ connection: HTTP2BackendConnection) {
    guard !isDraining else { return connection.leave() }
    multiplexed.append(connection)
  }

  /// A connection takes no further streams.
  func isLeaving(_ connection: HTTP2BackendConnection) {
    multiplexed.removeAll { $0 === connection }
  }

  /// A connection has closed.
  func removed(_ connection: HTTP2BackendConnection) {
    isLeaving(connection)
    releaseReservation()
    if !connection.hasSettings { openingEnded() }
    roomMayHaveChanged()
  }

  /// A stream has ended, or a connection came or went: those that wait look again.
  func roomMayHaveChanged() {
    if !waitingForStreams.isEmpty { wakeFirstForStream() }
  }

  /// Whether what is being opened will have room for all that wait and one more, beside those that
  /// it is opened for.
  var opensEnough: Bool {
    openings > 0 && waitingForStreams.count < openings &* (streamsPerConnection - 1)
  }

  /// Waits until there may be room for a stream, or a connection may be opened.
  ///
  /// - Parameter isAtLimit: Whether another worker would have to close one first.
  func waitForStream(
    at point: WaitPoint, isAtLimit: Bool, until deadline: Instant
  ) async -> WaitOutcome {
    if isAtLimit { shared.beganWaiting() }
    defer { if isAtLimit { shared.endedWaiting() } }
    // A place that another worker gave back before we were counted was told to nobody.
    if isAtLimit,
      shared.hasRoom(limit: settings.maxConnections, ofCluster: settings.maxOfCluster)
    {
      return .ready
    }
    waitingForStreams.append(point)
    let outcome = await point.wait(until: deadline)
    waitingForStreams.removeAll { $0 === point }
    return outcome
  }

  /// Whether another worker needs the right to have a connection more than we need an idle one.
  var isWantedElsewhere: Bool { waitingForStreams.isEmpty && isPlaceWanted }

  /// Lets go of a connection without streams, so that another worker may open one.
  ///
  /// - Returns: Whether there was one.
  func surrenderShared() -> Bool {
    guard let spare = multiplexed.first(where: { $0.hasSettings && $0.openStreams == 0 })
    else { return false }
    spare.leave()
    return true
  }

  /// Whether one more request may wait for a stream.
  var canWaitForStream: Bool { waitingForStreams.count < settings.maxWaiting }

  private func wakeFirstForStream() {
    while let first = waitingForStreams.first {
      waitingForStreams.removeFirst()
      // One whose deadline or abort came in this turn has not left the queue yet.
      guard first.isWaiting else { continue }
      return first.signal()
    }
  }

  /// A connection was opened and knows how many streams it takes, or could not be.
  func openingEnded() {
    openings = openings - 1
    roomHasGrown()
  }

  /// There may be room for many: all that wait look again.
  func roomHasGrown() {
    let waiting = waitingForStreams
    waitingForStreams.removeAll()
    for point in waiting { point.signal() }
  }
}
