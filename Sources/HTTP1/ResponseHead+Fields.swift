import Bytes
import HTTPSemantics

extension ResponseHead {
  /// Draws from the fields what they say about the message and the connection.
  mutating func interpretFields(
    _ bytes: Span<UInt8>, requestMethod: Method
  ) throws(ResponseError) {
    try interpretFraming(bytes, requestMethod: requestMethod)
    do throws(FieldError) {
      let options = try ConnectionOptions(of: &fields, in: bytes)
      isPersistent =
        framing != .untilClose && options.isPersistent(minorVersion: minorVersion)
      upgradeNamed = minorVersion > 0 && options.contains(.upgrade) && fields.contains(.upgrade)
    } catch {
      throw .field(error)
    }
    if fields.contains(.keepAlive) { keepAliveTimeoutSeconds = keepAliveTimeout(bytes) }
  }

  /// RFC 9112 §6.3, with everything refused that it lets a recipient repair.
  private mutating func interpretFraming(
    _ bytes: Span<UInt8>, requestMethod: Method
  ) throws(ResponseError) {
    let declared: DeclaredFraming
    do throws(FramingError) {
      declared = try DeclaredFraming(of: fields, in: bytes, minorVersion: minorVersion)
    } catch {
      throw .framing(error)
    }
    if requestMethod == .head || isInterim || status == 204 || status == 304 {
      framing = .none
      return
    }
    switch declared {
    case .nothing: framing = .untilClose
    case .length(let length): framing = .length(length)
    case .chunked: framing = .chunked
    }
  }

  /// The `timeout=` of `Keep-Alive`, in seconds.
  private func keepAliveTimeout(_ bytes: Span<UInt8>) -> UInt32? {
    for index in fields.lines.indices where fields.lines[index].id == .keepAlive {
      var cursor = ListCursor(fields.lines[index].value)
      while let member = cursor.next(in: bytes) {
        let parameter = bytes.extracting(member)
        guard parameter.startsIgnoringCase(with: "timeout=") else { continue }
        let digits = parameter.extracting("timeout=".utf8.count..<parameter.count)
        if let seconds = digits.decimalValue { return UInt32(clamping: seconds) }
      }
    }
    return nil
  }
}
