import Bytes
import HTTPSemantics

/// What the `Connection` fields of a message ask for (RFC 9110 §7.6.1).
struct ConnectionOptions: OptionSet {
  let rawValue: UInt8

  static let close = ConnectionOptions(rawValue: 1)
  static let keepAlive = ConnectionOptions(rawValue: 2)
  static let upgrade = ConnectionOptions(rawValue: 4)
  static let http2Settings = ConnectionOptions(rawValue: 8)

  /// Options that are looked at. Each is compared with each field name, so they are bounded.
  private static let maxOptions = 64

  init(rawValue: UInt8) { self.rawValue = rawValue }

  /// Reads all `Connection` lines and marks the fields that they name as hop-by-hop.
  init(of fields: inout FieldSection, in bytes: Span<UInt8>) throws(FieldError) {
    self = []
    guard fields.contains(.connection) else { return }
    var count = 0
    for index in fields.lines.indices where fields.lines[index].id == .connection {
      let value = fields.lines[index].value
      // What nearly every message says needs no walk.
      if bytes[value].equalsIgnoringCase("keep-alive") {
        insert(.keepAlive)
        continue
      }
      var cursor = ListCursor(value)
      while let member = cursor.next(in: bytes) {
        count += 1
        guard count <= Self.maxOptions else { throw .tooManyConnectionOptions }
        try read(bytes.extracting(member), of: &fields, in: bytes)
      }
    }
  }

  /// Whether the connection outlives the message (RFC 9112 §9.3).
  func isPersistent(minorVersion: UInt8) -> Bool {
    !contains(.close) && (minorVersion > 0 || contains(.keepAlive))
  }

  private mutating func read(
    _ option: Span<UInt8>, of fields: inout FieldSection, in bytes: Span<UInt8>
  ) throws(FieldError) {
    if option.equalsIgnoringCase("keep-alive") {
      insert(.keepAlive)
    } else if option.equalsIgnoringCase("close") {
      insert(.close)
    } else if option.equalsIgnoringCase("upgrade") {
      insert(.upgrade)
    } else if option.equalsIgnoringCase("http2-settings") {
      insert(.http2Settings)
    } else {
      guard option.firstIndex(notIn: .token, from: 0, to: option.count) == option.count else {
        throw .invalidConnectionOption
      }
      Self.markHopByHop(option, of: &fields, in: bytes)
    }
  }

  /// Marks the fields with this name, unless removing them is not the sender's to ask for.
  ///
  /// A client could otherwise make us take off what a backend decides by: who sent it, through
  /// whom, with which credentials. So only names that we have no rule for can be removed.
  private static func markHopByHop(
    _ name: Span<UInt8>, of fields: inout FieldSection, in bytes: Span<UInt8>
  ) {
    for index in fields.lines.indices {
      let line = fields.lines[index]
      guard line.id == .other, line.name.count == name.count,
        bytes[line.name].equalsIgnoringCase(name), !name.startsIgnoringCase(with: "x-forwarded-")
      else { continue }
      fields.markHopByHop(at: index)
    }
  }
}
