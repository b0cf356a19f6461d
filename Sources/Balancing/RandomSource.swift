/// Quick random numbers that repeat for the same seed (SplitMix64): for lots, not for secrets.
public struct RandomSource: RandomNumberGenerator, Sendable {
  private var state: UInt64

  public init(seed: UInt64) { state = seed }

  public mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    return mixed(state)
  }
}

/// A permutation of the 64-bit numbers that makes neighbours strangers.
@inline(__always)
func mixed(_ number: UInt64) -> UInt64 {
  var z = number
  z = (z ^ z &>> 30) &* 0xBF58_476D_1CE4_E5B9
  z = (z ^ z &>> 27) &* 0x94D0_49BB_1331_11EB
  return z ^ z &>> 31
}
