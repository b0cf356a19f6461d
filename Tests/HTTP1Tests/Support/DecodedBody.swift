import Bytes
import CodecTestSupport
import HTTP1
import HTTPSemantics

/// What a body decoder found.
struct DecodedBody: Equatable {
  var content: [UInt8] = []
  /// `name: value` of the trailers that may be forwarded.
  var trailers: [String] = []
  /// Octets that are no part of the message.
  var rest = 0
  var isComplete = true
}

/// Decodes `wire` as it arrives in one way: `arrivals` says up to where, step by step.
func decodeBody(
  _ wire: [UInt8], _ framing: MessageFraming, arrivals: [Int]
) -> Result<DecodedBody, BodyError> {
  var decoder = BodyDecoder(framing)
  var body = DecodedBody()
  var start = 0
  do throws(BodyError) {
    steps: for end in arrivals {
      let piece = wire.span.extracting(start..<end)
      var position = 0
      events: while true {
        switch try decoder.next(in: piece, at: &position) {
        case .data(let range): for index in range { body.content.append(piece[index]) }
        case .needMoreBytes: break events
        case .end:
          start += position
          break steps
        }
      }
      start = end
    }
  } catch {
    return .failure(error)
  }
  body.isComplete = decoder.isComplete
  body.rest = wire.count - start
  if let trailers = decoder.trailers {
    let octets = trailers.octets.span
    for line in trailers.fields.lines where !line.isHopByHop {
      body.trailers.append("\(octets[line.name].text): \(octets[line.value].text)")
    }
  }
  return .success(body)
}
