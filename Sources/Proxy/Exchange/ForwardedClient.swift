import Addressing
import Bytes
import HTTPSemantics

/// Whom a request comes from, by the word of proxies in front that are trusted.
enum ForwardedClient {
  /// The last address of the fields `X-Forwarded-For` that is none of `proxies`.
  ///
  /// Read from the end: each proxy adds who it has the request from, so that what stands behind was
  /// written by those whose word counts, and what stands before by anybody. What is no address ends
  /// the reading, and so does the beginning: then it is the last that was read.
  ///
  /// - Returns: nil if there is no address at the end.
  static func address(
    in fields: FieldSection, _ bytes: Span<UInt8>, trusting proxies: [CIDRBlock]
  ) -> IPAddress? {
    var found: IPAddress?
    for index in fields.lines.indices.reversed() {
      let line = fields.lines[index]
      guard line.id == .xForwardedFor, !line.isHopByHop else { continue }
      let value = bytes[line.value]
      var end = value.count
      while end >= 0 {
        var start = end
        while start > 0, value[start &- 1] != .comma { start &-= 1 }
        let member = value.extracting(value.trimmingWhitespace(start..<end))
        end = start &- 1
        if member.isEmpty { continue }
        guard let address = address(member) else { return found }
        found = address
        if !proxies.contains(where: { $0.contains(address) }) { return address }
      }
    }
    return found
  }

  /// An address, as proxies write it: `192.0.2.1`, `192.0.2.1:4711`, `2001:db8::1`,
  /// `[2001:db8::1]:4711`.
  private static func address(_ text: Span<UInt8>) -> IPAddress? {
    if text[0] == .leftBracket {
      let end = text.firstIndex(of: .rightBracket, from: 1, to: text.count)
      return end < text.count ? IPAddress(parsing: text.extracting(1..<end)) : nil
    }
    if let address = IPAddress(parsing: text) { return address }
    let end = text.firstIndex(of: .colon, from: 0, to: text.count)
    return end < text.count ? IPAddress(parsing: text.extracting(0..<end)) : nil
  }
}

extension Request {
  /// Finds out whom it comes from, if its peer is a trusted proxy.
  ///
  /// - Parameter proxies: Those that are trusted.
  func noteOrigin(trusting proxies: [CIDRBlock]) {
    guard head.fields.contains(.xForwardedFor) else { return }
    let address = withBytes {
      ForwardedClient.address(in: head.fields, $0, trusting: proxies)
    }
    forgetOrigin()
    // Into the memory of the last one: each request of a load balancer's comes this way.
    if let address { forwardedText.append(contentsOf: address.description.utf8) }
  }

  /// The next request may come from somebody else.
  func forgetOrigin() {
    if !forwardedText.isEmpty { forwardedText.removeAll(keepingCapacity: true) }
  }

  /// The text of the address that it comes from: what a trusted proxy says, or else the peer's.
  var originText: [UInt8] {
    _read { if forwardedText.isEmpty { yield clientText } else { yield forwardedText } }
  }
}
