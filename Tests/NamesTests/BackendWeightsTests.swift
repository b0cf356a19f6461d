import Testing

@testable import Names

@Suite("Weights of service records, RFC 2782")
struct BackendWeightsTests {
  @Test(
    "become the smallest weights of the same proportion",
    arguments: [
      ([], []), ([5], [1]), ([10, 10], [1, 1]), ([60, 20, 20], [3, 1, 1]), ([3, 2, 1], [3, 2, 1]),
      ([0, 0], [1, 1]), ([0, 1], [1, 10]), ([0, 10, 20], [1, 10, 20]),
      ([65535, 65534], [100, 100]), ([65535, 1], [100, 1]), ([1000, 501], [100, 50]),
      ([0, 65535, 1], [1, 100, 1]),
    ] as [([UInt16], [Int])])
  func weights(of records: [UInt16], expected: [Int]) {
    #expect(backendWeights(of: records) == expected)
  }
}
