import EventLoop

// Taking connections from the listening sockets.
extension Worker {
  /// Connections that are accepted in one turn from one socket.
  private static let acceptsPerTurn = 16
  /// Idle connections that make room when descriptors run out.
  private static let evictedAtOnce = 16
  private static let pause = Interval.milliseconds(100)
  /// How long accepting goes on unhindered before that is told.
  private static let calm = Interval.seconds(10)

  func open(_ listeners: [OpenListener]) {
    guard !state.isDraining else { return }
    for listener in listeners {
      let acceptor = Acceptor(listener.socket, on: loop)
      acceptors.append(acceptor)
      let name = listener.name
      Task.immediate {
        _ = self
        await self.accept(from: acceptor, for: name)
      }
    }
  }

  func closeAcceptors(where condition: (Acceptor) -> Bool) {
    for acceptor in acceptors where condition(acceptor) {
      acceptor.pause()
      acceptor.abort()
    }
    acceptors.removeAll(where: condition)
  }

  private func accept(from acceptor: Acceptor, for listener: String) async {
    while acceptors.contains(where: { $0 === acceptor }) {
      guard acceptor.resume() else {
        state.counters.pausesForErrors.add()
        await pauseAccepting(acceptor, "not_watched")
        continue
      }
      if await acceptor.wait() == .aborted { return }
      var accepted = 0
      var reason: String?
      var makeRoom = Limit.ofAll
      while accepted < Self.acceptsPerTurn, reason == nil {
        if let limit = takePlace(on: listener) {
          // Nobody is to make room for nobody.
          guard acceptor.hasWaiting() else { break }
          reason = "max_connections"
          state.counters.pausesAtLimit.add()
          makeRoom = limit
          break
        }
        let result = acceptor.tryAccept()
        if case .accepted = result {} else { giveBackPlace(on: listener) }
        switch result {
        case .accepted(let descriptor, let peer):
          accepted += 1
          place(descriptor, from: peer, on: listener)
        case .vanished: accepted += 1
        case .wouldBlock: accepted = .max
        case .exhausted:
          reason = "no_descriptors"
          state.counters.pausesWithoutDescriptors.add()
        case .failed(let code):
          reason = "accept_error_\(code)"
          state.counters.pausesForErrors.add()
        }
      }
      if let reason {
        state.evictIdle(Self.evictedAtOnce, of: makeRoom == .ofListener ? listener : nil)
        await pauseAccepting(acceptor, reason)
      } else if accepted == Self.acceptsPerTurn {
        await loop.yieldTurn()
      }
    }
  }

  private enum Limit {
    case ofListener, ofAll
  }

  /// Takes a place for one more connection of `listener`: before it is accepted, since another
  /// worker may be about to do the same.
  ///
  /// - Returns: The limit at which there is none.
  private func takePlace(on listener: String) -> Limit? {
    let runtime = state.tables.listeners[listener]
    load.add()
    let ofListener = runtime?.load.add() ?? 0
    var limit: Limit?
    if let runtime, ofListener > runtime.maxConnections {
      limit = .ofListener
    } else if peers.reduce(0, { $0 + $1.load.value }) > state.tables.maxConnections {
      limit = .ofAll
    }
    if limit != nil { giveBackPlace(on: listener) }
    return limit
  }

  private func giveBackPlace(on listener: String) {
    load.subtract()
    state.tables.listeners[listener]?.load.subtract()
  }

  /// Keeps the connection, or hands it to the worker that has clearly fewer: `EPOLLEXCLUSIVE` alone
  /// does not balance.
  private func place(_ descriptor: Int32, from peer: SocketAddress, on listener: String) {
    var target = self
    // Without it: its place has been taken here.
    let ours = load.value - 1
    var least = ours
    for other in peers where other.load.value < least {
      target = other
      least = other.load.value
    }
    if ours < least + 2 + least / 16 { target = self }
    if target === self { return take(descriptor, from: peer, on: listener) }
    target.load.add()
    load.subtract()
    Task(executorPreference: target.loop) { [target] in
      await target.take(descriptor, from: peer, on: listener)
    }
  }

  /// Lets the backlog fill for a moment instead of spinning.
  private func pauseAccepting(_ acceptor: Acceptor, _ reason: String) async {
    acceptor.pause()
    tellPause(reason)
    let point = WaitPoint(on: loop)
    _ = await point.wait(until: loop.now + Self.pause)
    if acceptors.contains(where: { $0 === acceptor }) { acceptor.resume() }
  }

  /// Tells of a time of pressure once, however many pauses it is made of.
  private func tellPause(_ reason: String) {
    let isTold = state.lastPause != nil
    state.lastPause = loop.now
    guard !isTold else { return }
    state.onEvent(.acceptingPaused(worker: index, reason: reason))
    Task.immediate {
      _ = self
      await self.tellResumption()
    }
  }

  /// The pressure is over when no pause was needed for a while.
  private func tellResumption() async {
    let point = WaitPoint(on: loop)
    while let last = state.lastPause, loop.now < last + Self.calm {
      _ = await point.wait(until: last + Self.calm)
    }
    state.lastPause = nil
    state.onEvent(.acceptingResumed(worker: index))
  }
}
