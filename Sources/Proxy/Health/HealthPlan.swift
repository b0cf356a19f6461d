import Bytes
import Configuration
import EventLoop
import HTTPSemantics
import TLS

/// How one backend is checked. Values alone: the same plan before and after a reload goes on as it
/// is.
struct HealthPlan: Equatable, Sendable {
  let config: HealthConfig
  let speaksHTTP2: Bool
  /// What of the cluster's configuration connections of HTTP/2 go by.
  let terms: ClusterConfig
  /// What the backend sees as its host.
  let host: String
  /// Whether the connection is encrypted, and by which settings.
  let encryptionDigest: UInt64?
  let handshakeTimeout: Interval
  /// What the content of the answer is to have in it; empty: whatever.
  private let expectedText: [UInt8]

  init(
    _ config: HealthConfig, of cluster: ClusterConfig, backend: String,
    material: TLSMaterial.Cluster?
  ) {
    self.config = config
    speaksHTTP2 = cluster.protocol == .http2
    var terms = ClusterConfig()
    (terms.http2, terms.timeouts) = (cluster.http2, cluster.timeouts)
    self.terms = terms
    host =
      if let host = config.host {
        host
      } else if case .literal(let host) = cluster.host {
        host
      } else {
        backend
      }
    encryptionDigest = cluster.tls == nil ? nil : material?.digest ?? 0
    handshakeTimeout = Interval(cluster.timeouts.tlsHandshake)
    expectedText = Array(config.body.utf8)
  }

  var interval: Interval { Interval(config.interval) }
  var timeout: Interval { Interval(config.timeout) }

  func accepts(status: UInt16) -> Bool {
    guard let statuses = config.statuses else { return 200..<300 ~= status }
    return statuses.contains(Int(status))
  }

  /// Whether the content of an answer has what it is to have, so that no more of it matters.
  ///
  /// - Parameter seen: Octets of it that were looked at before, in vain: a backend must not make us
  ///   look at all of it again for each octet that it adds.
  func isEnough(_ content: [UInt8], after seen: Int = 0) -> Bool {
    if expectedText.isEmpty { return true }
    // What was there may end with the beginning of it.
    let first = max(0, seen - expectedText.count + 1)
    let last = content.count - expectedText.count
    guard first <= last else { return false }
    return (first...last).contains { start in
      content[start..<start + expectedText.count].elementsEqual(expectedText)
    }
  }

  /// The content of a call of `grpc.health.v1.Health/Check`: a message with the service's name.
  var grpcMessage: [UInt8] {
    let name = Array(config.service.utf8)
    var message: [UInt8] = []
    if !name.isEmpty { message = [0x0A] + Self.variableLength(name.count) + name }
    // Not compressed; the length in four octets.
    let length = UInt32(clamping: message.count)
    return [0] + (0..<4).map { UInt8(truncatingIfNeeded: length >> (24 - 8 * $0)) } + message
  }

  private static func variableLength(_ number: Int) -> [UInt8] {
    var rest = number
    var octets: [UInt8] = []
    while rest > 0x7F {
      octets.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    return octets + [UInt8(truncatingIfNeeded: rest)]
  }

  /// Whether the content of the answer to such a call says SERVING.
  static func isServing(_ content: [UInt8]) -> Bool {
    // One message, not compressed, whose field 1 is 1; a server may send fields that we do not know
    // only after it.
    content.count >= 7 && content[0] == 0 && content[5] == 0x08 && content[6] == 0x01
  }
}
