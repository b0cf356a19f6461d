/// A table for a terminal: columns as wide as their widest cell.
struct TextTable {
  private var rows: [[String]]

  init(_ heads: [String]) { rows = [heads] }

  mutating func add(_ cells: [String]) { rows.append(cells) }

  /// Lines without white space at their ends. Cells that are numbers stand on the right.
  var text: String {
    let columns = rows.first?.count ?? 0
    let widths = (0..<columns).map { column in
      rows.map { column < $0.count ? $0[column].unicodeScalars.count : 0 }.max() ?? 0
    }
    return rows.map { row in
      var line = ""
      for (column, cell) in row.enumerated() where column < columns {
        let padding = String(repeating: " ", count: widths[column] - cell.unicodeScalars.count)
        line += Self.isNumber(cell) ? padding + cell : cell + padding
        line += "  "
      }
      while line.last == " " { line.removeLast() }
      return line + "\n"
    }.joined()
  }

  private static func isNumber(_ cell: String) -> Bool {
    cell.utf8.first.map { 0x30...0x39 ~= $0 } == true
      && cell.utf8.allSatisfy { 0x30...0x39 ~= $0 || $0 == UInt8(ascii: ".") }
  }
}
