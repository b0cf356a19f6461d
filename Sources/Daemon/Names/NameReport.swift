import Addressing
import Names

/// What there is to tell about names: each change of what they stand for, and each failure once.
struct NameReport {
  /// What is new.
  struct News: Equatable {
    struct Change: Equatable {
      let name: BackendName
      let added: [NamedBackend]
      let removed: [NamedBackend]
      /// How many backends the name stands for now.
      let count: Int
    }

    struct Failure: Equatable {
      let name: BackendName
      let failure: NameFailure
      /// How many backends the name stands for meanwhile.
      let kept: Int
    }

    var changes: [Change] = []
    var failures: [Failure] = []
    var recovered: [BackendName] = []
  }

  /// Whose failure has been told.
  private var failing: Set<BackendName> = []

  /// - Parameters:
  ///   - old: What each name stood for.
  ///   - fresh: What it stands for now.
  mutating func news(
    from old: [BackendName: [NamedBackend]], to fresh: [BackendName: [NamedBackend]],
    _ statuses: [NameStatus]
  ) -> News {
    var news = News()
    for status in statuses {
      let (before, after) = (old[status.name] ?? [], fresh[status.name] ?? [])
      if before != after {
        let (were, are) = (Set(before), Set(after))
        news.changes.append(
          News.Change(
            name: status.name, added: after.filter { !were.contains($0) },
            removed: before.filter { !are.contains($0) }, count: after.count))
      }
      if let failure = status.failure {
        if failing.insert(status.name).inserted {
          news.failures.append(
            News.Failure(name: status.name, failure: failure, kept: after.count))
        }
      } else if status.isAnswered, failing.remove(status.name) != nil {
        news.recovered.append(status.name)
      }
    }
    failing.formIntersection(statuses.map(\.name))
    return news
  }
}

extension ProgramLog {
  func names(_ news: NameReport.News) {
    for change in news.changes {
      notice(
        "backends changed",
        [
          "name": "\(change.name)", "added": Self.list(change.added),
          "removed": Self.list(change.removed), "now": "\(change.count)",
        ])
    }
    for item in news.failures {
      warning(
        "name lookup failed",
        ["name": "\(item.name)", "reason": item.failure.rawValue, "keeps": "\(item.kept)"])
    }
    for name in news.recovered { notice("name lookup recovered", ["name": "\(name)"]) }
  }

  /// The first ten of them: a line that nobody can read helps nobody.
  private static func list(_ backends: [NamedBackend]) -> String {
    if backends.isEmpty { return "-" }
    let shown = backends.prefix(10).map(\.label).joined(separator: ",")
    return backends.count > 10 ? "\(shown),+\(backends.count - 10)" : shown
  }
}

extension NamedBackend {
  /// `10.0.0.1`, or with a port of its own `10.0.0.1:80`.
  var label: String {
    port.map { Endpoint.ip(address, port: $0).description } ?? address.description
  }
}

extension NameStatus {
  /// One object of `/statistics`.
  var json: String {
    JSONText.object([
      "name": JSONText.string("\(name)"),
      "backends": JSONText.array(backends.map { JSONText.string($0.label) }),
      "age_ms": age.map { "\($0)" } ?? "null",
      "questions": "\(questions)",
      "failures_in_a_row": "\(failures)",
      "failure": failure.map { JSONText.string($0.rawValue) } ?? "null",
    ])
  }
}
