/// One input of the fuzzer, and how it is cut up.
public struct FuzzInput {
  public let bytes: [UInt8]

  public init(_ start: UnsafePointer<UInt8>?, _ count: Int) {
    // Sound: the fuzzer passes `count` readable octets, which are copied at once.
    bytes = unsafe Array(UnsafeBufferPointer(start: start, count: count))
  }

  /// The offsets up to which octets have arrived, when they come in pieces of `size`.
  public func arrivals(inPiecesOf size: Int) -> [Int] {
    Array(stride(from: size, to: bytes.count, by: size)) + [bytes.count]
  }

  /// The ways in which the input is delivered: in pieces of 1, 2, 3, 7 octets and at once.
  public var deliveries: [[Int]] {
    [1, 2, 3, 7, max(bytes.count, 1)].map { arrivals(inPiecesOf: $0) }
  }

  /// Ends the process, for the fuzzer to see, when what must hold does not.
  public static func require(_ condition: Bool, _ rule: StaticString) {
    if !condition { fatalError("\(rule)") }
  }
}
