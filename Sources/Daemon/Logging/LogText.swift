/// How facts are written in the program log: `what name=value name="a value"`.
public enum LogText {
  /// A fact with its fields, in the order given.
  static func fact(_ what: String, _ fields: KeyValuePairs<String, String>) -> String {
    var text = what
    for (name, value) in fields { text += " \(name)=\(quoted(value))" }
    return text
  }

  /// `value`, in quotes if it would otherwise not be told from what follows.
  static func quoted(_ value: String) -> String {
    let isPlain = value.utf8.allSatisfy { $0 > 0x20 && $0 != 0x22 && $0 != 0x5C && $0 != 0x7F }
    if isPlain, !value.isEmpty { return value }
    var text = "\""
    for scalar in value.unicodeScalars {
      if scalar == "\"" || scalar == "\\" { text += "\\" }
      append(scalar, to: &text)
    }
    return text + "\""
  }

  /// `text` with control characters made harmless: one fact is one line, whatever a peer or a file
  /// said in it.
  public static func oneLine(_ text: String) -> String {
    if text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) { return text }
    var result = ""
    for scalar in text.unicodeScalars { append(scalar, to: &result) }
    return result
  }

  private static func append(_ scalar: Unicode.Scalar, to text: inout String) {
    switch scalar.value {
    case 0x0A: text += "\\n"
    case 0..<0x20, 0x7F:
      text += "\\x" + (scalar.value < 0x10 ? "0" : "") + String(scalar.value, radix: 16)
    default: text.unicodeScalars.append(scalar)
    }
  }
}
