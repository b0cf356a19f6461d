import Glibc

/// The process's environment and identity.
public enum Environment {
  /// The value of a variable; nil when it is not set or empty.
  public static subscript(name: String) -> String? {
    // Sound: nothing here changes the environment, and the text is copied at once.
    guard let value = unsafe getenv(name) else { return nil }
    let text = unsafe String(cString: value)
    return text.isEmpty ? nil : text
  }

  /// The effective user.
  public static var userID: UInt32 { geteuid() }

  public static var processID: Int32 { getpid() }

  /// Where the running executable lies; nil when the kernel does not tell.
  public static var executablePath: String? {
    var path = [CChar](repeating: 0, count: Int(PATH_MAX))
    // Sound: the count is that of the buffer; the kernel adds no terminator, so one octet is kept.
    let length = unsafe readlink("/proc/self/exe", &path, path.count - 1)
    guard length > 0 else { return nil }
    return String(decoding: path[..<length].map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
