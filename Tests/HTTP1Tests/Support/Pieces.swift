/// The ways in which every wire text is cut up before a parser sees it.
enum Pieces {
  /// How many octets arrive at each step of one delivery.
  ///
  /// Long texts are delivered in a few ways only: parsers read the last line again at each step.
  static func sizes(for count: Int) -> [Int] {
    count > 2000 ? [997, 8191, count] : [1, 2, 3, 7, max(count, 1)]
  }

  /// All deliveries of `count` octets, each as the offsets up to which octets have arrived.
  static func deliveries(of count: Int) -> [[Int]] {
    var all = sizes(for: count).map { size in
      Array(stride(from: size, to: count, by: size)) + [count]
    }
    if count <= 2000 { all += (0..<count).map { [$0, count] } }
    return all
  }
}
