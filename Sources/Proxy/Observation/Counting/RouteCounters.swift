/// What one worker counts for one route.
final class RouteCounters: Sendable {
  let responses = ClassCounters()
  /// Octets of content from and to clients.
  let octetsIn = Counter()
  let octetsOut = Counter()
}
