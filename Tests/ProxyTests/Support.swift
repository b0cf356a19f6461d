import Bytes

/// The octets that `body` appends, as text.
func written(_ body: (inout OutputBuffer) -> Void) -> String {
  // Small, so that it has to grow on the way.
  var output = OutputBuffer(capacity: 4)
  body(&output)
  let span = output.span
  return String(decoding: span.indices.map { span[$0] }, as: UTF8.self)
}

/// The octets of `text`.
func octets(_ text: String) -> [UInt8] { Array(text.utf8) }
