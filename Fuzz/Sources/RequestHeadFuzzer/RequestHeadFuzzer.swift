import Bytes
import FuzzSupport
import HTTP1
import HTTPSemantics

/// What one delivery led to.
private enum Outcome: Equatable {
  case complete(length: Int, fields: Int, framing: MessageFraming)
  case incomplete
  case refused(RequestError)
}

/// No trap; the same outcome however the input is cut; all ranges inside the head; what has been
/// read, written and read again says the same.
@main
enum RequestHeadFuzzer {
  static func main() {
    _ = unsafe fuzz { start, count in
      check(unsafe FuzzInput(start, count))
      return 0
    }
  }
}

private func check(_ input: FuzzInput) {
  var outcomes: [Outcome] = []
  for arrivals in input.deliveries { outcomes.append(parse(input.bytes, arrivals)) }
  FuzzInput.require(
    outcomes.allSatisfy { $0 == outcomes[0] }, "the outcome depends on the cuts")
}

private func parse(_ bytes: [UInt8], _ arrivals: [Int]) -> Outcome {
  var parser = RequestHeadParser(limits: HeadLimits())
  var head = RequestHead()
  for end in arrivals {
    do throws(RequestError) {
      guard try parser.parse(bytes.span.extracting(0..<end), into: &head) else { continue }
    } catch {
      return .refused(error)
    }
    FuzzInput.require(head.length <= end, "the head is longer than what has arrived")
    checkRanges(head)
    checkRewritten(head, of: bytes)
    return .complete(length: head.length, fields: head.fields.count, framing: head.framing)
  }
  return .incomplete
}

private func checkRanges(_ head: RequestHead) {
  var ranges = [head.methodBytes, head.target, head.path, head.query, head.authority, head.host]
  for line in head.fields.lines { ranges += [line.name, line.value] }
  for range in ranges {
    FuzzInput.require(range.start <= range.end && Int(range.end) <= head.length, "a range is off")
  }
}

private func checkRewritten(_ head: RequestHead, of bytes: [UInt8]) {
  let span = bytes.span
  var output = OutputBuffer()
  output.appendRequestLine(method: span[head.methodBytes], target: span[head.target])
  var forwarded = 0
  for line in head.fields.lines where !line.isHopByHop {
    output.appendField(name: span[line.name], value: span[line.value])
    forwarded += 1
  }
  if !head.fields.contains(.host) { output.appendField("Host", "a") }
  output.append("\r\n")
  // Without its Host and as HTTP/1.1, a request in absolute-form would be another one.
  guard head.minorVersion == 1 else { return }
  var parser = RequestHeadParser(limits: HeadLimits())
  var again = RequestHead()
  do throws(RequestError) {
    let isComplete = try parser.parse(output.span, into: &again)
    FuzzInput.require(isComplete && again.length == output.count, "rewritten, it ends elsewhere")
    FuzzInput.require(again.fields.count == forwarded, "rewritten, it has other fields")
  } catch {
    // Whitespace around values is written in one way only, which may make a head longer.
    FuzzInput.require(error.status == .requestHeaderFieldsTooLarge, "rewritten, it is refused")
  }
}
