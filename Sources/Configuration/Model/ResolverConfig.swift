public import Addressing

/// Who is asked for names. JSON: `resolver`.
public struct ResolverConfig: Equatable, Sendable {
  /// `.ip`, each with its port, 53 where none is given. None: those of `/etc/resolv.conf`.
  public var servers: [Endpoint] = []
  /// How long a server has for its answer, the first time; each further time twice as long.
  public var timeout: Duration = .seconds(2)
  /// How often each server is asked.
  public var tries = 2

  public init() {}
}
