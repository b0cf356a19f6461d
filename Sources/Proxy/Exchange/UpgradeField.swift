import Bytes
import HTTPSemantics

/// `Upgrade` (RFC 9110 §7.8): a list of protocols, compared without regard to case.
///
/// One with a version, `websocket/13`, is another protocol.
enum UpgradeField {
  /// Whether `token` is among the protocols of `fields`.
  static func lists(_ token: StaticString, in fields: FieldSection, _ bytes: Span<UInt8>) -> Bool {
    count(of: token, in: fields, bytes).matching > 0
  }

  /// Whether `token`, once, is all there is.
  static func isOnly(_ token: StaticString, in fields: FieldSection, _ bytes: Span<UInt8>) -> Bool {
    count(of: token, in: fields, bytes) == (1, 1)
  }

  private static func count(
    of token: StaticString, in fields: FieldSection, _ bytes: Span<UInt8>
  ) -> (matching: Int, all: Int) {
    var count = (matching: 0, all: 0)
    for line in fields.lines where line.id == .upgrade {
      var cursor = ListCursor(line.value)
      while let member = cursor.next(in: bytes) {
        count.all &+= 1
        if bytes.extracting(member).equalsIgnoringCase(token) { count.matching &+= 1 }
      }
    }
    return count
  }
}
