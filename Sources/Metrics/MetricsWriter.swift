import Bytes

/// Writes families of metrics and their samples.
///
/// A family is begun once, and all of its samples follow it: both formats ask for that.
public struct MetricsWriter: ~Copyable {
  public enum Kind: Sendable {
    case counter, gauge, histogram, summary
    /// Labels that say something about the process; the value is 1.
    case info
  }

  /// A label and its value.
  public typealias Label = (name: StaticString, value: String)

  private let format: MetricsFormat
  private var output: OutputBuffer
  private var name: StaticString = ""
  private var suffix: StaticString = ""

  public init(_ format: MetricsFormat, capacity: Int = 64 * 1024) {
    self.format = format
    output = OutputBuffer(capacity: capacity)
  }

  /// Begins a family.
  ///
  /// - Parameters:
  ///   - name: Without the suffix of its kind: `_total` of counters, `_info`.
  ///   - help: One line without a backslash.
  public mutating func begin(_ name: StaticString, _ kind: Kind, _ help: StaticString) {
    self.name = name
    switch kind {
    case .counter: suffix = "_total"
    case .info: suffix = "_info"
    case .gauge, .histogram, .summary: suffix = ""
    }
    writeFamily("# HELP ")
    output.append(help)
    output.append(.lineFeed)
    writeFamily("# TYPE ")
    output.append(typeName(kind))
    output.append(.lineFeed)
  }

  /// In OpenMetrics a family's name has no suffix; in the older format it is its samples' name.
  private mutating func writeFamily(_ keyword: StaticString) {
    output.append(keyword)
    output.append(name)
    if format == .prometheus { output.append(suffix) }
    output.append(.space)
  }

  private func typeName(_ kind: Kind) -> StaticString {
    switch kind {
    case .counter: "counter"
    case .gauge: "gauge"
    case .histogram: "histogram"
    case .summary: "summary"
    case .info: format == .openMetrics ? "info" : "gauge"
    }
  }

  // MARK: Samples

  public mutating func sample(_ value: UInt64) { sample([], value) }
  public mutating func sample(_ value: Bool) { sample([], value) }

  public mutating func sample(_ labels: [Label], _ value: UInt64) {
    begin(suffix, labels)
    output.append(decimal: value)
    output.append(.lineFeed)
  }

  public mutating func sample(_ labels: [Label], _ value: Bool) {
    sample(labels, value ? 1 as UInt64 : 0)
  }

  /// - Parameter microseconds: Written as seconds.
  public mutating func sample(_ labels: [Label] = [], microseconds: UInt64) {
    begin(suffix, labels)
    write(microseconds, millionths: true)
    output.append(.lineFeed)
  }

  /// A histogram's samples.
  ///
  /// - Parameters:
  ///   - bounds: The largest value of each bucket, rising.
  ///   - buckets: How many values fell into each, not cumulative; the last is for all that is
  ///     larger.
  ///   - sum: Of all values.
  ///   - millionths: Whether values are microseconds, to be written as seconds.
  public mutating func histogram(
    _ labels: [Label] = [], bounds: [UInt64], buckets: [UInt64], sum: UInt64, millionths: Bool
  ) {
    var count: UInt64 = 0
    for (index, bucket) in buckets.enumerated() {
      count &+= bucket
      beginName("_bucket", labels, hasMore: true)
      output.append("le=\"")
      if index < bounds.count {
        write(bounds[index], millionths: millionths)
        // OpenMetrics wants one form for each bound, and that of a float.
        if format == .openMetrics, !millionths { output.append(".0") }
      } else {
        output.append("+Inf")
      }
      output.append("\"} ")
      output.append(decimal: count)
      output.append(.lineFeed)
    }
    total(labels, sum: sum, count: count, millionths: millionths)
  }

  /// A summary's samples. All values are microseconds, written as seconds.
  ///
  /// - Parameters:
  ///   - quantiles: Which part lies below which time, of late.
  ///   - sum: Of all values, from the beginning.
  ///   - count: How many there were from the beginning.
  public mutating func summary(
    _ labels: [Label], quantiles: [(part: StaticString, microseconds: UInt64)], sum: UInt64,
    count: UInt64
  ) {
    for quantile in quantiles {
      beginName("", labels, hasMore: true)
      output.append("quantile=\"")
      output.append(quantile.part)
      output.append("\"} ")
      write(quantile.microseconds, millionths: true)
      output.append(.lineFeed)
    }
    total(labels, sum: sum, count: count, millionths: true)
  }

  /// What ends a histogram and a summary alike.
  private mutating func total(_ labels: [Label], sum: UInt64, count: UInt64, millionths: Bool) {
    begin("_sum", labels)
    write(sum, millionths: millionths)
    output.append(.lineFeed)
    begin("_count", labels)
    output.append(decimal: count)
    output.append(.lineFeed)
  }

  private mutating func begin(_ suffix: StaticString, _ labels: [Label]) {
    beginName(suffix, labels, hasMore: false)
    if !labels.isEmpty { output.append("}") }
    output.append(.space)
  }

  private mutating func beginName(_ suffix: StaticString, _ labels: [Label], hasMore: Bool) {
    output.append(name)
    output.append(suffix)
    guard !labels.isEmpty || hasMore else { return }
    output.append("{")
    var isFirst = true
    for label in labels {
      if !isFirst { output.append(",") }
      isFirst = false
      output.append(label.name)
      output.append("=\"")
      escape(label.value.utf8.span)
      output.append(.doubleQuote)
    }
    if hasMore, !isFirst { output.append(",") }
  }

  private mutating func escape(_ text: Span<UInt8>) {
    for index in text.indices {
      switch text[index] {
      case .backslash: output.append("\\\\")
      case .doubleQuote: output.append("\\\"")
      case .lineFeed: output.append("\\n")
      case let octet: output.append(octet)
      }
    }
  }

  /// A number; millionths as `1.5`, without zeros at the end but with one digit behind the point.
  private mutating func write(_ value: UInt64, millionths: Bool) {
    guard millionths else { return output.append(decimal: value) }
    output.append(decimal: value / 1_000_000)
    output.append(.period)
    var rest = value % 1_000_000
    var unit: UInt64 = 100_000
    repeat {
      output.append(UInt8(truncatingIfNeeded: rest / unit) &+ .zero)
      rest %= unit
      unit /= 10
    } while rest > 0
  }

  /// Ends the page.
  public consuming func finish() -> [UInt8] {
    if format == .openMetrics { output.append("# EOF\n") }
    return output.array
  }
}
