/// Metrics that were read back from the text format of Prometheus.
public struct MetricsPage: Equatable, Sendable {
  public struct Sample: Equatable, Sendable {
    public let name: String
    public let labels: [String: String]
    public let value: Double

    public init(name: String, labels: [String: String] = [:], value: Double) {
      self.name = name
      self.labels = labels
      self.value = value
    }
  }

  private var families: [String: [Sample]] = [:]

  /// Reads what ``MetricsWriter`` writes. Lines that are no samples are passed over.
  public init(_ text: String) {
    for line in text.utf8.split(separator: UInt8(ascii: "\n")) {
      if let sample = Self.sample(line) { families[sample.name, default: []].append(sample) }
    }
  }

  public subscript(name: String) -> [Sample] { families[name] ?? [] }

  /// The sum of all samples of `name` with those labels.
  public func sum(_ name: String, where labels: [String: String] = [:]) -> Double {
    self[name].filter { sample in labels.allSatisfy { sample.labels[$0.key] == $0.value } }
      .reduce(0) { $0 + $1.value }
  }

  /// The values of a label in the samples of `name`, each once, in the order of the page.
  public func values(of label: String, in name: String) -> [String] {
    var seen: Set<String> = []
    return self[name].compactMap { sample in
      guard let value = sample.labels[label], seen.insert(value).inserted else { return nil }
      return value
    }
  }

  // MARK: Reading a line

  private static func sample(_ line: Substring.UTF8View) -> Sample? {
    guard let first = line.first, first != UInt8(ascii: "#") else { return nil }
    let name = line.prefix { $0 != UInt8(ascii: "{") && $0 != UInt8(ascii: " ") }
    var rest = line[name.endIndex...]
    var labels: [String: String] = [:]
    if rest.first == UInt8(ascii: "{") {
      rest.removeFirst()
      guard let found = readLabels(&rest) else { return nil }
      labels = found
    }
    guard let text = rest.split(separator: UInt8(ascii: " ")).first,
      let value = Double(Substring(text))
    else { return nil }
    return Sample(name: String(Substring(name)), labels: labels, value: value)
  }

  /// Up to and with the closing brace.
  private static func readLabels(_ rest: inout Substring.UTF8View) -> [String: String]? {
    var labels: [String: String] = [:]
    while let next = rest.first {
      if next == UInt8(ascii: "}") {
        rest.removeFirst()
        return labels
      }
      if next == UInt8(ascii: ",") { rest.removeFirst() }
      let name = rest.prefix { $0 != UInt8(ascii: "=") }
      rest = rest[name.endIndex...].dropFirst(2)
      guard let value = readValue(&rest) else { return nil }
      labels[String(Substring(name))] = value
    }
    return nil
  }

  /// Up to and with the closing quote.
  private static func readValue(_ rest: inout Substring.UTF8View) -> String? {
    var octets: [UInt8] = []
    while let next = rest.popFirst() {
      switch next {
      case UInt8(ascii: "\""): return String(decoding: octets, as: UTF8.self)
      case UInt8(ascii: "\\"):
        guard let escaped = rest.popFirst() else { return nil }
        octets.append(escaped == UInt8(ascii: "n") ? UInt8(ascii: "\n") : escaped)
      default: octets.append(next)
      }
    }
    return nil
  }
}
