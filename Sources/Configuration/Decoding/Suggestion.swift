/// The one of `known` that was probably meant by `text`, if one is near enough: a typing error in
/// every third letter. Words of one or two letters are like all others of their kind.
func nearest(to text: String, among known: some Sequence<String>) -> String? {
  let word = plain(text)
  var best: (distance: Int, text: String)?
  for candidate in known {
    let other = plain(candidate)
    let limit = max(word.count, other.count) / 3
    guard abs(word.count - other.count) <= limit else { continue }
    let distance = editDistance(word, other)
    if distance <= limit, distance < best?.distance ?? .max { best = (distance, candidate) }
  }
  return best?.text
}

/// Without what styles of writing differ in: `maxHead`, `max-head` and `max_head` are one.
private func plain(_ text: String) -> [UInt8] {
  text.lowercased().utf8.filter { $0 != UInt8(ascii: "_") && $0 != UInt8(ascii: "-") }
}

/// Insertions, deletions, replacements and exchanges of neighbours that turn one into the other
/// (optimal string alignment).
private func editDistance(_ one: [UInt8], _ other: [UInt8]) -> Int {
  var beforeLast: [Int] = []
  var last = Array(0...other.count)
  for row in one.indices {
    var current = [row + 1]
    for column in other.indices {
      let replaced = last[column] + (one[row] == other[column] ? 0 : 1)
      var distance = min(replaced, last[column + 1] + 1, current[column] + 1)
      if row > 0, column > 0, one[row] == other[column - 1], one[row - 1] == other[column] {
        distance = min(distance, beforeLast[column - 1] + 1)
      }
      current.append(distance)
    }
    (beforeLast, last) = (last, current)
  }
  return last[other.count]
}
