import COpenSSL

/// The error queue of this thread.
enum OpenSSLErrors {
  /// Forgets what earlier calls left, which the next failure would be mistaken for.
  ///
  /// Looking first is cheaper than clearing what is mostly empty.
  @inline(__always)
  static func clear() {
    if ERR_peek_error() != 0 { ERR_clear_error() }
  }

  /// Takes the whole queue.
  ///
  /// - Returns: What went wrong, in OpenSSL's words; `fallback` if it said nothing.
  static func take(or fallback: String) -> String {
    // The first is the cause, what follows are its callers' complaints.
    let code = ERR_peek_error()
    ERR_clear_error()
    return text(of: code) ?? fallback
  }

  static func text(of code: UInt) -> String? {
    guard code != 0 else { return nil }
    if let reason = unsafe ERR_reason_error_string(code) {
      // Sound: these are strings of OpenSSL's tables, which live as long as the process.
      return unsafe String(cString: reason)
    }
    return code > 0 ? "error \(String(code, radix: 16))" : nil
  }
}
