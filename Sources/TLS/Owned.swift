import COpenSSL

/// One reference to an object of OpenSSL's, given back when the owner goes.
@safe struct Owned: ~Copyable {
  typealias Release = @convention(c) (OpaquePointer?) -> Void

  let pointer: OpaquePointer
  private let release: Release

  /// - Returns: nil for the null pointer that OpenSSL's constructors fail with.
  init?(_ pointer: OpaquePointer?, _ release: Release) {
    guard let pointer = unsafe pointer else { return nil }
    unsafe self.pointer = unsafe pointer
    unsafe self.release = unsafe release
  }

  // Sound: the constructor was handed a reference of its own, and nobody else releases that.
  deinit { unsafe release(pointer) }
}

/// A memory BIO, as `BIO_free` answers where ``Owned`` wants silence.
@safe struct MemoryBIO: ~Copyable {
  let pointer: OpaquePointer

  /// Room to write into.
  init?() {
    guard let pointer = unsafe BIO_new(BIO_s_mem()) else { return nil }
    unsafe self.pointer = unsafe pointer
  }

  /// What `octets` hold, to be read. The copy keeps the array's lifetime out of it.
  init?(_ octets: [UInt8]) {
    guard let pointer = unsafe BIO_new(BIO_s_mem()) else { return nil }
    let count = Int32(clamping: octets.count)
    // Sound: the BIO copies the octets during the call.
    let written = unsafe octets.withUnsafeBufferPointer {
      unsafe BIO_write(pointer, $0.baseAddress, count)
    }
    // Nothing is written of nothing.
    guard written == count || octets.isEmpty else {
      unsafe BIO_free(pointer)
      return nil
    }
    unsafe self.pointer = unsafe pointer
  }

  deinit { unsafe BIO_free(pointer) }

  /// A copy of what was written.
  var contents: [UInt8] {
    var start: UnsafeMutablePointer<CChar>?
    let count = unsafe copenssl_memory(pointer, &start)
    guard let start = unsafe start, count > 0 else { return [] }
    // Sound: the BIO owns `count` octets at `start` as long as nobody writes to it.
    return unsafe Array(UnsafeRawBufferPointer(start: start, count: count))
  }

  var text: String { String(decoding: contents, as: UTF8.self) }
}
