/// A place in a configuration file.
public struct SourceLocation: Equatable, Hashable, Sendable {
  public var file = ""
  /// Both count from 1; columns count octets.
  public var line = 0
  public var column = 0

  public init(file: String = "", line: Int = 0, column: Int = 0) {
    self.file = file
    self.line = line
    self.column = column
  }
}

extension SourceLocation: CustomStringConvertible {
  /// `file:line:column`.
  public var description: String { "\(file):\(line):\(column)" }
}
