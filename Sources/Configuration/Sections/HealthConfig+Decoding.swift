extension HealthConfig {
  enum Key: String, ObjectKey {
    case type, path, host, statuses, body, service, port, interval, timeout, fall, rise
  }

  init(decoding node: Node) {
    self.init()
    guard let object = ObjectNode<Key>(node) else { return }
    object.read(.type, into: &kind)
    readExpectations(object)
    object.read(.port, into: &port, in: 1...65_535)
    object.read(.interval, into: &interval, in: .milliseconds(10)...Ranges.timeout.upperBound)
    object.read(.timeout, into: &timeout, in: Ranges.timeout)
    if timeout > interval {
      if let place = object[.timeout] {
        place.fail("\(format(timeout)) is more than \"interval\", which is \(format(interval))")
      } else {
        timeout = interval
      }
    }
    object.read(.fall, into: &fall, in: 1...100)
    object.read(.rise, into: &rise, in: 1...100)
  }

  private mutating func readExpectations(_ object: ObjectNode<Key>) {
    object.read(.path, into: &path)
    if let place = object[.path], !isTarget(path) {
      place.fail("expected a path such as \"/healthz\", in ASCII and without spaces")
    }
    if let place = object[.host], let text = place.string() {
      host = text
      if !isAuthority(text) { place.fail("expected a host such as \"api.example\"") }
    }
    if let place = object[.statuses] { statuses = place.statuses() }
    object.read(.body, into: &body)
    if let place = object[.body], body.utf8.count > 1000 {
      place.fail("has \(body.utf8.count) octets; 1000 are the most")
    }
    object.read(.service, into: &service)
    if let place = object[.service], service.utf8.count > 1000 {
      place.fail("has \(service.utf8.count) octets; 1000 are the most")
    }
    refuse([.path, .statuses, .body], of: object, unless: kind == .http, "http")
    refuse([.service], of: object, unless: kind == .grpc, "grpc")
    refuse([.host], of: object, unless: kind != .tcp, "http or grpc")
  }

  private func refuse(
    _ keys: [Key], of object: ObjectNode<Key>, unless fits: Bool, _ kinds: String
  ) {
    guard !fits else { return }
    for key in keys { object[key]?.fail("takes \"type\" \(kinds)") }
  }
}

private func isTarget(_ text: String) -> Bool {
  text.utf8.first == UInt8(ascii: "/") && text.utf8.count <= 4096
    && text.utf8.allSatisfy { 0x21...0x7E ~= $0 && $0 != UInt8(ascii: "#") }
}

extension Node {
  /// A status or an array of statuses of final responses.
  fileprivate func statuses() -> Set<Int> {
    var statuses: Set<Int> = []
    for element in oneOrMore() ?? [] {
      guard let status = element.integer(in: 200...599) else { continue }
      if !statuses.insert(status).inserted { element.warn("is listed twice") }
    }
    return statuses
  }
}
