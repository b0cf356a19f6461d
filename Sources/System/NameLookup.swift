public import Addressing
import CLinux
import Glibc
import Synchronization

/// Host names to addresses, as the system resolves them.
public enum NameLookup {
  public enum Failure: Error, Equatable, Sendable {
    /// What the resolver says: `Name or service not known`.
    case refused(String)
    case noThread
  }

  private static let threads = 8

  /// The addresses of each name, in the resolver's order. Does not block the caller: threads of their
  /// own wait for the answers.
  public static func addresses(
    of names: Set<String>
  ) async -> [String: Result<[IPAddress], Failure>] {
    let lookups = Lookups(names)
    if names.isEmpty { return [:] }
    return await withCheckedContinuation { continuation in
      let count = min(threads, names.count)
      lookups.begin(threads: count, continuation)
      for _ in 0..<count where !BackgroundThread.start(name: "name-lookup", lookups.run) {
        lookups.finishOne()
      }
    }
  }

  /// The addresses of one name. Blocks.
  public static func addresses(of name: String) throws(Failure) -> [IPAddress] {
    var hints = unsafe addrinfo()
    unsafe hints.ai_family = AF_UNSPEC
    unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    var list: UnsafeMutablePointer<addrinfo>?
    // Sound: the name and the hints live for the call; the list is freed below, once.
    let outcome = unsafe getaddrinfo(name, nil, &hints, &list)
    guard outcome == 0 else {
      // Sound: the text is constant.
      throw .refused(unsafe String(cString: gai_strerror(outcome)))
    }
    defer { unsafe freeaddrinfo(list) }
    var addresses: [IPAddress] = []
    var next = unsafe list
    while let entry = unsafe next {
      if let address = unsafe address(of: entry.pointee), !addresses.contains(address) {
        addresses.append(address)
      }
      unsafe next = entry.pointee.ai_next
    }
    guard !addresses.isEmpty else { throw .refused("no address") }
    return addresses
  }

  private static func address(of entry: addrinfo) -> IPAddress? {
    guard let socketAddress = unsafe entry.ai_addr else { return nil }
    let raw = UnsafeRawPointer(socketAddress)
    // Sound: the family says what the structure is, and the resolver gives whole ones.
    switch unsafe entry.ai_family {
    case AF_INET:
      return unsafe IPAddress(
        v4: UInt32(bigEndian: raw.loadUnaligned(as: sockaddr_in.self).sin_addr.s_addr))
    case AF_INET6:
      let v6 = unsafe raw.loadUnaligned(as: sockaddr_in6.self)
      let (high, low) = unsafe withUnsafeBytes(of: v6.sin6_addr) {
        unsafe (
          $0.loadUnaligned(as: UInt64.self), $0.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
        )
      }
      return IPAddress(v6: UInt64(bigEndian: high), UInt64(bigEndian: low))
    default: return nil
    }
  }
}

/// Names that several threads take turns to look up.
private final class Lookups: Sendable {
  typealias Results = [String: Result<[IPAddress], NameLookup.Failure>]

  private struct State {
    var waiting: [String]
    var results: Results
    var threads = 0
    var continuation: CheckedContinuation<Results, Never>?
  }

  private let state: Mutex<State>

  init(_ names: Set<String>) {
    var results: Results = [:]
    // A name that no thread comes to has had none.
    for name in names { results[name] = .failure(.noThread) }
    state = Mutex(State(waiting: names.sorted(), results: results))
  }

  func begin(threads: Int, _ continuation: CheckedContinuation<Results, Never>) {
    state.withLock { state in
      state.threads = threads
      state.continuation = continuation
    }
  }

  @Sendable func run() {
    while let name = state.withLock({ $0.waiting.popLast() }) {
      let result = Result { () throws(NameLookup.Failure) in try NameLookup.addresses(of: name) }
      state.withLock { $0.results[name] = result }
    }
    finishOne()
  }

  func finishOne() {
    let last: (CheckedContinuation<Results, Never>, Results)? = state.withLock { state in
      state.threads -= 1
      guard state.threads == 0, let continuation = state.continuation else { return nil }
      state.continuation = nil
      return (continuation, state.results)
    }
    if let (continuation, results) = last { continuation.resume(returning: results) }
  }
}
