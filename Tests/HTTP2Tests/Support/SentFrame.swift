import Bytes

/// A frame that an engine wrote, read without any of the code under test.
struct SentFrame: Equatable, CustomStringConvertible {
  var type: UInt8
  var flags: UInt8
  var stream: UInt32
  var payload: [UInt8]

  static let names = [
    "DATA", "HEADERS", "PRIORITY", "RST_STREAM", "SETTINGS", "PUSH_PROMISE", "PING", "GOAWAY",
    "WINDOW_UPDATE", "CONTINUATION",
  ]

  /// `WINDOW_UPDATE 1 500`: type, stream and what matters of the payload.
  var description: String {
    let name = Self.names.indices.contains(Int(type)) ? Self.names[Int(type)] : "\(type)"
    let prefix = "\(name) \(stream)"
    switch type {
    case 0, 1, 9: return "\(prefix) \(payload.count)\(flags & 1 != 0 && type != 9 ? " END" : "")"
    case 3, 8: return "\(prefix) \(number(at: 0))"
    case 4, 6: return prefix + (flags & 1 != 0 ? " ACK" : "")
    case 7: return "\(prefix) last \(number(at: 0)) code \(number(at: 4))"
    default: return prefix
    }
  }

  func number(at offset: Int) -> UInt32 {
    guard payload.count >= offset + 4 else { return 0 }
    return payload[offset..<offset + 4].reduce(0) { $0 << 8 | UInt32($1) }
  }

  /// All frames of `octets`, from behind a client's preface.
  static func all(of octets: [UInt8]) -> [SentFrame] {
    var frames: [SentFrame] = []
    var offset = octets.starts(with: Wire.preface) ? Wire.preface.count : 0
    while offset + 9 <= octets.count {
      let length = octets[offset..<offset + 3].reduce(0) { $0 << 8 | Int($1) }
      let stream = octets[offset + 5..<offset + 9].reduce(0) { $0 << 8 | UInt32($1) }
      let end = min(offset + 9 + length, octets.count)
      frames.append(
        SentFrame(
          type: octets[offset + 3], flags: octets[offset + 4], stream: stream,
          payload: Array(octets[offset + 9..<end])))
      offset += 9 + length
    }
    return frames
  }
}
