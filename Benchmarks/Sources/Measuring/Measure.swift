import CMallocCounter

/// Runs one case often enough to time it, and prints it as a JSON line.
public struct Measure {
  /// Only cases whose name has this in it are run.
  @usableFromInline let filter: String

  public init(filter: String) { self.filter = filter }

  /// As the command line says: `[PART-OF-A-NAME]`.
  public init() { self.init(filter: CommandLine.arguments.dropFirst().first ?? "") }

  /// Whether a case is to be run, for those that take long to prepare.
  public func wants(_ name: String) -> Bool { filter.isEmpty || name.contains(filter) }

  /// What `operation` returns is kept from being optimised away.
  @inlinable
  public func callAsFunction(_ name: String, _ operation: () -> Int) {
    guard wants(name) else { return }
    var sum = 0
    for _ in 0..<1000 { sum &+= operation() }

    let before = Self.mallocs
    for _ in 0..<1000 { sum &+= operation() }
    let mallocs = Double(Self.mallocs - before) / 1000

    // The fastest of many short runs: what disturbs a run only ever makes it slower.
    let clock = ContinuousClock()
    var best = Double.infinity
    for _ in 0..<40 {
      let time = clock.measure { for _ in 0..<5000 { sum &+= operation() } }
      best = min(best, Double(time.components.attoseconds) / 1e9 / 5000)
    }
    blackHole(sum)
    let nanoseconds = Double(Int(best * 10)) / 10
    print(#"{"case": "\#(name)", "ns_per_op": \#(nanoseconds), "mallocs_per_op": \#(mallocs)}"#)
  }

  /// For an operation of many milliseconds: the fastest of five runs.
  public func long(_ name: String, _ operation: () -> Int) {
    guard wants(name) else { return }
    let clock = ContinuousClock()
    var best = Duration.seconds(3600)
    for _ in 0..<5 {
      var result = 0
      best = min(best, clock.measure { result = operation() })
      blackHole(result)
    }
    let microseconds = best.components.attoseconds / 1_000_000_000_000
    let milliseconds =
      Double(best.components.seconds) * 1000 + Double(microseconds) / 1000
    print(#"{"case": "\#(name)", "ms": \#(milliseconds)}"#)
  }

  @usableFromInline static var mallocs: Int { Int(malloc_count()) }
}

@inline(never)
public func blackHole(_ value: Int) {
  if value == .min { print(value) }
}
