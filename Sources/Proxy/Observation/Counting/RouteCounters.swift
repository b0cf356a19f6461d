import HTTPSemantics

/// What one worker counts for one route.
final class RouteCounters: Sendable {
  let responses = ClassCounters()
  /// Octets of content from and to clients.
  let octetsIn = Counter()
  let octetsOut = Counter()

  /// Counts a request that has ended.
  func count(_ status: StatusCode, octetsIn: UInt64, octetsOut: UInt64) {
    responses.count(status)
    self.octetsIn.add(octetsIn)
    self.octetsOut.add(octetsOut)
  }
}
