import Bytes
import FuzzSupport
import HTTP1
import HTTPSemantics

/// What one delivery led to.
private enum Outcome: Equatable {
  case complete(content: [UInt8], length: Int)
  case incomplete(content: [UInt8])
  case refused(BodyError)
}

/// No trap; the same outcome however the input is cut; encoded again, the content decodes to
/// itself.
@main
enum ChunkedFuzzer {
  static func main() {
    _ = unsafe fuzz { start, count in
      check(unsafe FuzzInput(start, count))
      return 0
    }
  }
}

private func check(_ input: FuzzInput) {
  var outcomes: [Outcome] = []
  for arrivals in input.deliveries { outcomes.append(decode(input.bytes, arrivals)) }
  FuzzInput.require(
    outcomes.allSatisfy { $0 == outcomes[0] }, "the outcome depends on the cuts")
  if case .complete(let content, _) = outcomes[0] { checkEncoded(content) }
}

private func decode(_ bytes: [UInt8], _ arrivals: [Int]) -> Outcome {
  var decoder = BodyDecoder(.chunked)
  var content: [UInt8] = []
  var start = 0
  for end in arrivals {
    let piece = bytes.span.extracting(start..<end)
    var position = 0
    do throws(BodyError) {
      events: while true {
        switch try decoder.next(in: piece, at: &position) {
        case .data(let range): for index in range { content.append(piece[index]) }
        case .needMoreBytes:
          FuzzInput.require(position == piece.count, "octets were left although more are needed")
          break events
        case .end: return .complete(content: content, length: start + position)
        }
      }
    } catch {
      return .refused(error)
    }
    start = end
  }
  return .incomplete(content: content)
}

private func checkEncoded(_ content: [UInt8]) {
  var output = OutputBuffer()
  if !content.isEmpty {
    output.appendChunkHead(size: content.count)
    output.append(content.span)
    output.append("\r\n")
  }
  output.appendLastChunk()
  let encoded = output.span
  let bytes = encoded.indices.map { encoded[$0] }
  FuzzInput.require(
    decode(bytes, [bytes.count]) == .complete(content: content, length: bytes.count),
    "encoded again, it is another content")
}
