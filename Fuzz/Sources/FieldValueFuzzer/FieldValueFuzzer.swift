import Bytes
import FuzzSupport
import HTTP2
import Proxy

/// No trap; settings are written in one way only; nothing that a client sends in `Via` hides our
/// name behind it; what is written into `Forwarded` is one parameter.
@main
enum FieldValueFuzzer {
  static func main() {
    _ = unsafe fuzz { start, count in
      let bytes = unsafe FuzzInput(start, count).bytes
      checkSettings(bytes)
      checkVia(bytes)
      checkForwarded(bytes)
      return 0
    }
  }
}

private func checkSettings(_ value: [UInt8]) {
  guard let payload = HTTP2SettingsField.decode(value.span) else { return }
  FuzzInput.require(payload.count % 6 == 0, "a setting that is not whole")
  var output = OutputBuffer()
  output.append(base64: payload.span)
  let text = output.array.map { $0 == UInt8(ascii: "+") ? UInt8(ascii: "-") : $0 }
    .map { $0 == UInt8(ascii: "/") ? UInt8(ascii: "_") : $0 }
  let bare = value.prefix { $0 != .equals }
  FuzzInput.require(text.prefix { $0 != .equals } == bare, "the same settings, written otherwise")
}

private func checkVia(_ value: [UInt8]) {
  let name = Array("portico".utf8)
  _ = ViaField.names(name.span, in: value.span)
  let forwarded = value + Array(", 1.1 portico".utf8)
  FuzzInput.require(ViaField.names(name.span, in: forwarded.span), "our name is hidden")
}

private func checkForwarded(_ value: [UInt8]) {
  var output = OutputBuffer()
  ForwardedElement.writeHost(value.span, into: &output)
  let parameter = Array(output.array.dropFirst("host=".utf8.count))
  guard parameter.first == .doubleQuote else {
    FuzzInput.require(parameter == value && !value.isEmpty, "a token is not written as it is")
    return
  }
  var content: [UInt8] = []
  var index = 1
  while index < parameter.count, parameter[index] != .doubleQuote {
    if parameter[index] == .backslash { index += 1 }
    FuzzInput.require(index < parameter.count, "a quoted pair without its second")
    content.append(parameter[index])
    index += 1
  }
  FuzzInput.require(index == parameter.count - 1, "the string ends before the parameter does")
  FuzzInput.require(
    content == value.filter { ByteSet.fieldValue.contains($0) }, "quoted, it is another value")
}
