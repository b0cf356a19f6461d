import Glibc

/// What the system calls the error `code`, an `errno`: `Address already in use`.
public func errorText(_ code: Int32) -> String {
  var text = [CChar](repeating: 0, count: 256)
  // Sound: the POSIX form writes at most the count it is given, terminator included.
  guard unsafe strerror_r(code, &text, text.count) == 0 else { return "error \(code)" }
  return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
}
