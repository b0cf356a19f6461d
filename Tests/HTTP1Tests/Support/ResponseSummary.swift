import Bytes
import CodecTestSupport
import HTTP1
import HTTPSemantics

/// What a response head said, so that a table can say what it must be.
struct ResponseSummary: Equatable {
  var status: UInt16 = 200
  var minorVersion: UInt8 = 1
  var reason = "OK"
  /// `name: value`, with "- " before those that are not forwarded.
  var fields: [String] = []
  var framing = MessageFraming.untilClose
  var isPersistent = false
  var keepAliveTimeoutSeconds: UInt32?
  var upgradeNamed = false

  init(_ change: (inout ResponseSummary) -> Void = { _ in }) { change(&self) }

  init(_ head: borrowing ResponseHead, of bytes: [UInt8]) {
    status = head.status
    minorVersion = head.minorVersion
    reason = bytes.span[head.reason].text
    fields = head.fields.lines.map {
      let line = "\(bytes.span[$0.name].text): \(bytes.span[$0.value].text)"
      return $0.isHopByHop ? "- " + line : line
    }
    framing = head.framing
    isPersistent = head.isPersistent
    keepAliveTimeoutSeconds = head.keepAliveTimeoutSeconds
    upgradeNamed = head.upgradeNamed
  }
}

/// Parses `wire` as it arrives in one way: `arrivals` says up to where, step by step.
///
/// - Returns: What was read and the length of the head; nil when more is needed at the end.
func parseResponse(
  _ wire: [UInt8], to method: Method, arrivals: [Int], limits: HeadLimits = .response
) -> Result<(ResponseSummary, length: Int)?, ResponseError> {
  var parser = ResponseHeadParser(limits: limits)
  var head = ResponseHead()
  for end in arrivals {
    do throws(ResponseError) {
      let bytes = wire.span.extracting(0..<end)
      if try parser.parse(bytes, requestMethod: method, into: &head) {
        return .success((ResponseSummary(head, of: wire), head.length))
      }
    } catch {
      return .failure(error)
    }
  }
  return .success(nil)
}
