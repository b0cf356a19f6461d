import Bytes
import CodecTestSupport
import HTTP1
import HTTPSemantics

/// What a request head said, as text, so that a table can say what it must be.
struct RequestSummary: Equatable {
  var method = "GET"
  var form = TargetForm.origin
  var target = "/"
  var path = "/"
  var query = ""
  var pathNeedsNormalizing = false
  var minorVersion: UInt8 = 1
  /// `name: value`, with "- " before those that are not forwarded.
  var fields = ["Host: a"]
  var framing = MessageFraming.none
  var authority = "a"
  var host = "a"
  var port: UInt16?
  var isPersistent = true
  var expectsContinue = false
  var acceptsTrailers = false
  var upgradeRequested = false

  init(_ change: (inout RequestSummary) -> Void = { _ in }) { change(&self) }

  init(_ head: RequestHead, of bytes: [UInt8]) {
    func text(_ range: ByteRange) -> String { Array(bytes[range.range]).text }
    method = text(head.methodBytes)
    form = head.form
    target = text(head.target)
    path = text(head.path)
    query = text(head.query)
    pathNeedsNormalizing = head.pathNeedsNormalizing
    minorVersion = head.minorVersion
    fields = head.fields.lines.map {
      "\($0.isHopByHop ? "- " : "")\(text($0.name)): \(text($0.value))"
    }
    framing = head.framing
    authority = text(head.authority)
    host = text(head.host)
    port = head.port
    isPersistent = head.isPersistent
    expectsContinue = head.expectsContinue
    acceptsTrailers = head.acceptsTrailers
    upgradeRequested = head.upgradeRequested
  }
}

/// Parses `wire` as it arrives in one way: `arrivals` says up to where, step by step.
///
/// - Returns: What was read and the length of the head; nil when more is needed at the end.
func parseRequest(
  _ wire: [UInt8], arrivals: [Int], limits: HeadLimits = HeadLimits()
) -> Result<(RequestSummary, length: Int)?, RequestError> {
  var parser = RequestHeadParser(limits: limits)
  var head = RequestHead()
  for end in arrivals {
    do throws(RequestError) {
      if try parser.parse(wire.span.extracting(0..<end), into: &head) {
        return .success((RequestSummary(head, of: wire), head.length))
      }
    } catch {
      return .failure(error)
    }
  }
  return .success(nil)
}
