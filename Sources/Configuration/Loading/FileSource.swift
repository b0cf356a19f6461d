/// Where configuration files come from: the disk, or memory in tests.
public protocol FileSource {
  func read(_ path: String) throws(FileError) -> [UInt8]

  /// The paths that match a pattern of glob(7), in any order; none when nothing matches.
  func paths(matching glob: String) -> [String]
}

/// Why a file cannot be read.
public struct FileError: Error, Equatable, Sendable, CustomStringConvertible {
  /// `no such file`.
  public let description: String

  public init(_ description: String) { self.description = description }
}
