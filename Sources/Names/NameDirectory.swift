import Addressing

/// What is known of the names of all backends: what to ask, and what follows from the answers.
///
/// Each question is remembered and repeated by itself, so that a server that fails for one takes
/// nothing from the others. The targets of a service are hosts, which are questions of their own.
/// Times are milliseconds of any clock that does not go back.
public struct NameDirectory: Sendable {
  private var wanted: Set<BackendName> = []
  private var known: [NameQuestion: KnownAnswer] = [:]

  /// How many backends a name may stand for, and how many records of a service are looked at.
  /// Beyond it, the first of them by address, or by priority and name.
  public static let mostBackends = 1000

  public init() {}

  // MARK: Asking

  /// Makes `names` those that are looked up. Of those that were so before, everything is
  /// remembered.
  public mutating func want(_ names: Set<BackendName>, at now: UInt64) {
    wanted = names
    reconcile(at: now)
  }

  /// Adds the questions that follow from the names, and from what is known, and forgets the others.
  private mutating func reconcile(at now: UInt64) {
    var questions: Set<NameQuestion> = []
    for name in wanted {
      switch name.kind {
      case .host: questions.formUnion(addressQuestions(of: name.text, name.settings))
      case .service:
        questions.insert(NameQuestion(name.text, .srv, name.settings))
        for target in Set(services(of: name, at: now).map(\.target)) {
          questions.formUnion(addressQuestions(of: target, name.settings))
        }
      }
    }
    known = known.filter { questions.contains($0.key) }
    for question in questions where known[question] == nil {
      known[question] = KnownAnswer(due: now)
    }
  }

  private func addressQuestions(of host: String, _ settings: NameSettings) -> [NameQuestion] {
    settings.addressTypes.map { NameQuestion(host, $0, settings) }
  }

  /// Up to `most` of the questions to ask now, which are taken to be asked.
  public mutating func takeDue(at now: UInt64, most: Int) -> [NameQuestion] {
    var taken: [NameQuestion] = []
    for (question, answer) in known where taken.count < most {
      if let due = answer.due, due <= now { taken.append(question) }
    }
    for question in taken { known[question]?.ask() }
    return taken
  }

  /// Takes back all questions that are asked: whoever was to answer them is gone.
  public mutating func askAgain(at now: UInt64) {
    for question in known.keys where known[question]?.due == nil {
      known[question]?.askAgain(at: now)
    }
  }

  /// When the next question is to be asked; nil while all are.
  public var nextDue: UInt64? { known.values.compactMap(\.due).min() }

  /// Takes note of the answer to a question that was asked.
  public mutating func received(
    _ answer: NameAnswer, to question: NameQuestion, at now: UInt64,
    using generator: inout some RandomNumberGenerator
  ) {
    known[question]?.received(answer, at: now, question.settings, using: &generator)
    if question.type == .srv { reconcile(at: now) }
  }

  // MARK: Knowing

  /// Whether every question has been answered, one way or the other.
  public var isSettled: Bool { known.values.allSatisfy(\.isAnswered) }

  /// The backends that each name stands for.
  public func backends(at now: UInt64) -> [BackendName: [NamedBackend]] {
    var backends: [BackendName: [NamedBackend]] = [:]
    for name in wanted { backends[name] = self.backends(of: name, at: now) }
    return backends
  }

  /// In the order of their addresses, so that a server that turns its records changes nothing.
  func backends(of name: BackendName, at now: UInt64) -> [NamedBackend] {
    let found =
      switch name.kind {
      case .host:
        Set(addresses(of: name.text, name.settings, at: now).map { NamedBackend(address: $0) })
      case .service: serviceBackends(of: name, at: now)
      }
    return Array(found.sorted { $0.isBefore($1) }.prefix(Self.mostBackends))
  }

  /// The addresses of all families. One of which a server says that there are no more is left out
  /// as soon as there is another; a name that has none at all keeps those that it had.
  private func addresses(
    of host: String, _ settings: NameSettings, at now: UInt64
  ) -> [IPAddress] {
    let answers = addressQuestions(of: host, settings).compactMap { known[$0] }
    let isGood = answers.contains { $0.isAnswered && $0.failure == nil }
    return answers.flatMap { answer -> [IPAddress] in
      if isGood, answer.failure?.isAnswer == true { return [] }
      guard case .addresses(let addresses) = answer.records(at: now, settings) else { return [] }
      return addresses
    }
  }

  /// The records of a service in the order of their priorities.
  private func services(of name: BackendName, at now: UInt64) -> [ServiceRecord] {
    let answer = known[NameQuestion(name.text, .srv, name.settings)]
    guard case .services(let records) = answer?.records(at: now, name.settings) else { return [] }
    let sorted = records.sorted {
      ($0.priority, $0.target, $0.port, $0.weight) < ($1.priority, $1.target, $1.port, $1.weight)
    }
    return Array(sorted.prefix(Self.mostBackends))
  }

  /// Those of the first priority that has any: the next stands by for when it has none (RFC 2782).
  private func serviceBackends(of name: BackendName, at now: UInt64) -> Set<NamedBackend> {
    var records = services(of: name, at: now)[...]
    while let first = records.first {
      let level = records.prefix { $0.priority == first.priority }
      records = records.dropFirst(level.count)
      var weights: [NamedBackend: Int] = [:]
      for (record, weight) in zip(level, backendWeights(of: level.map(\.weight))) {
        for address in addresses(of: record.target, name.settings, at: now) {
          weights[NamedBackend(address: address, port: record.port), default: 0] += weight
        }
      }
      if !weights.isEmpty {
        return Set(
          weights.map { NamedBackend(address: $0.address, port: $0.port, weight: $1) })
      }
    }
    return []
  }

  // MARK: Telling

  /// What there is to tell of each name, in the order of the names.
  public func statuses(at now: UInt64) -> [NameStatus] {
    wanted.sorted { ($0.text, $0.kind == .host ? 0 : 1) < ($1.text, $1.kind == .host ? 0 : 1) }
      .map { status(of: $0, at: now) }
  }

  func status(of name: BackendName, at now: UInt64) -> NameStatus {
    var answers: [KnownAnswer] = []
    var failing: KnownAnswer?
    var hosts = [name.text]
    if name.kind == .service {
      let service = known[NameQuestion(name.text, .srv, name.settings)]
      answers = [service].compactMap(\.self)
      failing = answers.first { $0.failure != nil }
      hosts = Set(services(of: name, at: now).map(\.target)).sorted()
    }
    for host in hosts {
      let addresses = addressQuestions(of: host, name.settings).compactMap { known[$0] }
      answers += addresses
      if failing == nil { failing = Self.failing(among: addresses) }
    }
    let learnt = answers.filter { $0.records != nil }.map(\.learnt).min()
    return NameStatus(
      name: name, backends: backends(of: name, at: now),
      age: learnt.map { now >= $0 ? now - $0 : 0 },
      isAnswered: answers.allSatisfy(\.isAnswered), failure: failing?.failure,
      failures: failing?.failures ?? 0, questions: answers.reduce(0) { $0 &+ $1.asked })
  }

  /// A family of which there are no addresses is no failure where there is another, or may yet be.
  private static func failing(among answers: [KnownAnswer]) -> KnownAnswer? {
    let mayBeGood = answers.contains { $0.failure == nil }
    return answers.first { answer in
      answer.failure.map { !mayBeGood || !$0.isAnswer } ?? false
    }
  }
}

extension NamedBackend {
  fileprivate func isBefore(_ other: NamedBackend) -> Bool {
    let (a, b) = (address, other.address)
    if a.family != b.family { return a.family == .v4 }
    return (a.high, a.low, port ?? 0, weight) < (b.high, b.low, other.port ?? 0, other.weight)
  }
}
