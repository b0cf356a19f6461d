public import Bytes

/// Makes values of `X-Request-Id`: 128 random bits as 32 lower-case hexadecimal digits.
///
/// One for each worker, so that making an id costs no system call and no lock. The numbers are
/// xoshiro256++: unique, but not secret.
public struct RequestIDSource: Sendable {
  private var state: (UInt64, UInt64, UInt64, UInt64)

  /// - Parameter seed: 256 random bits, different for each worker and start of the process.
  public init(seed: (UInt64, UInt64, UInt64, UInt64)) {
    // The state of all zeros would give zeros for ever.
    let isZero = seed.0 | seed.1 | seed.2 | seed.3 == 0
    state = isZero ? (1, 2, 3, 4) : seed
  }

  /// Appends a new id.
  public mutating func write(into output: inout OutputBuffer) {
    for _ in 0..<2 {
      let number = next()
      var digits = InlineArray<16, UInt8>(repeating: 0)
      for index in 0..<16 {
        let digit = UInt8(truncatingIfNeeded: number &>> UInt64(60 &- 4 &* index)) & 0xF
        digits[index] = digit < 10 ? 0x30 &+ digit : 0x57 &+ digit
      }
      output.append(digits.span)
    }
  }

  /// One step of xoshiro256++ (Blackman and Vigna, 2018).
  mutating func next() -> UInt64 {
    func rotate(_ value: UInt64, by count: UInt64) -> UInt64 {
      value &<< count | value &>> (64 &- count)
    }
    let result = rotate(state.0 &+ state.3, by: 23) &+ state.0
    let shifted = state.1 &<< 17
    state.2 ^= state.0
    state.3 ^= state.1
    state.1 ^= state.2
    state.0 ^= state.3
    state.2 ^= shifted
    state.3 = rotate(state.3, by: 45)
    return result
  }
}
