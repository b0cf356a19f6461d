/// Where configuration files come from: the disk, or memory in tests.
public protocol FileSource {
  func read(_ path: String) throws(FileError) -> [UInt8]

  /// The paths that match a pattern of glob(7), in any order; none when nothing matches.
  ///
  /// - Throws: Where there is no directory to look in, or one that cannot be read.
  func paths(matching glob: String) throws(FileError) -> [String]
}

/// Why a file cannot be read.
public struct FileError: Error, Equatable, Sendable, CustomStringConvertible {
  /// `no such file`.
  public let description: String

  public init(_ description: String) { self.description = description }
}
