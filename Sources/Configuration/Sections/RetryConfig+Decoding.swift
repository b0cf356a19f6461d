extension RetryConfig {
  enum Key: String, ObjectKey {
    case attempts, on, statuses, grpc, methods, backoff, replay, budget
    case perTryTimeout = "per_try_timeout"
    case maxBackoff = "max_backoff"
    case otherSubclusters = "other_subclusters"
    case attemptsField = "attempts_field"
    case hedgeAfter = "hedge_after"
  }

  /// - Parameter isOfRoute: Whether the cluster, which has the budget, is named elsewhere.
  init(decoding node: Node, isOfRoute: Bool) {
    self.init()
    guard let object = ObjectNode<Key>(node) else { return }
    object.read(.attempts, into: &attempts, in: 1...10)
    if let place = object[.on] { conditions = place.words(Condition.self) }
    if let place = object[.statuses] { statuses = place.errorStatuses() }
    if let place = object[.grpc] { grpc = place.words(GRPCCode.self) }
    object.read(.methods, into: &methods)
    object.read(.perTryTimeout, into: &perTryTimeout, in: Ranges.timeout)
    object.read(.hedgeAfter, into: &hedgeAfter, in: Ranges.timeout)
    if attempts == 1, let place = object[.hedgeAfter] {
      place.fail("a hedge is a second try, and \"attempts\" is 1")
    }
    object.read(.backoff, into: &backoff, in: Ranges.optionalTime)
    object.read(.maxBackoff, into: &maxBackoff, in: Ranges.optionalTime)
    if let place = object[.maxBackoff], maxBackoff < backoff {
      place.fail("\(format(maxBackoff)) is less than \"backoff\", which is \(format(backoff))")
    } else if maxBackoff < backoff {
      maxBackoff = backoff
    }
    object.read(.otherSubclusters, into: &usesOtherSubclusters)
    object.read(.replay, intoSize: &replay, in: 0...1 << 20)
    object.read(.attemptsField, into: &tellsAttempts)
    guard let place = object[.budget] else { return }
    if isOfRoute {
      place.fail("the budget is the cluster's; set it in the cluster's \"retries\"")
    } else {
      budget = RetryBudgetConfig(decoding: place)
    }
  }
}

extension RetryBudgetConfig {
  enum Key: String, ObjectKey {
    case percent
    case minPerSecond = "min_per_second"
  }

  init(decoding node: Node) {
    self.init()
    guard let object = ObjectNode<Key>(node) else { return }
    object.read(.percent, into: &percent, in: 0...1000)
    object.read(.minPerSecond, into: &minPerSecond, in: 0...100_000)
  }
}

extension Node {
  /// A word or an array of words, which may be empty.
  func words<Word: RawRepresentable<String> & CaseIterable & Hashable>(
    _ type: Word.Type
  ) -> Set<Word> {
    var words: Set<Word> = []
    for element in oneOrNone() {
      guard let word = element.word(Word.self) else { continue }
      if !words.insert(word).inserted { element.warn("is listed twice") }
    }
    return words
  }

  /// A status or an array of statuses that say that something went wrong.
  func errorStatuses() -> Set<Int> {
    var statuses: Set<Int> = []
    for element in oneOrNone() {
      guard let status = element.integer(in: 400...599) else { continue }
      if !statuses.insert(status).inserted { element.warn("is listed twice") }
    }
    return statuses
  }

  /// The elements of an array, or this value alone.
  private func oneOrNone() -> [Node] {
    if case .array = value.kind { elements() ?? [] } else { [self] }
  }
}
