import Bytes
import FuzzSupport
import HTTP1
import HTTPSemantics

/// What one delivery led to.
private enum Outcome: Equatable {
  case complete(length: Int, status: UInt16, fields: Int, framing: MessageFraming)
  case incomplete
  case refused(ResponseError)
}

/// No trap; the same outcome however the input is cut; all ranges inside the head.
@main
enum ResponseHeadFuzzer {
  static func main() {
    _ = unsafe fuzz { start, count in
      check(unsafe FuzzInput(start, count))
      return 0
    }
  }
}

private func check(_ input: FuzzInput) {
  for method in [Method.get, .head] {
    var outcomes: [Outcome] = []
    for arrivals in input.deliveries { outcomes.append(parse(input.bytes, method, arrivals)) }
    FuzzInput.require(
      outcomes.allSatisfy { $0 == outcomes[0] }, "the outcome depends on the cuts")
  }
}

private func parse(_ bytes: [UInt8], _ method: Method, _ arrivals: [Int]) -> Outcome {
  var parser = ResponseHeadParser(limits: .response)
  var head = ResponseHead()
  for end in arrivals {
    do throws(ResponseError) {
      let received = bytes.span.extracting(0..<end)
      guard try parser.parse(received, requestMethod: method, into: &head) else { continue }
    } catch {
      return .refused(error)
    }
    FuzzInput.require(head.length <= end, "the head is longer than what has arrived")
    FuzzInput.require(100...599 ~= head.status, "a status that is none")
    for line in head.fields.lines {
      FuzzInput.require(
        line.name.count > 0 && Int(line.name.end) <= head.length
          && line.value.start <= line.value.end && Int(line.value.end) <= head.length,
        "a range is off")
    }
    return .complete(
      length: head.length, status: head.status, fields: head.fields.count, framing: head.framing)
  }
  return .incomplete
}
