import CMallocCounter

/// Runs one case often enough to time it, and prints it as a JSON line.
struct Measure {
  /// Only cases whose name has this in it are run.
  let filter: String

  /// What `operation` returns is kept from being optimised away.
  func callAsFunction(_ name: String, _ operation: () -> Int) {
    guard filter.isEmpty || name.contains(filter) else { return }
    var sum = 0
    for _ in 0..<1000 { sum &+= operation() }

    let before = malloc_count()
    for _ in 0..<1000 { sum &+= operation() }
    let mallocs = Double(malloc_count() - before) / 1000

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
}

@inline(never)
func blackHole(_ value: Int) {
  if value == .min { print(value) }
}
