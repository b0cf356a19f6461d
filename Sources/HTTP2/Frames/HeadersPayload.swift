import Bytes

/// The payload of a HEADERS frame (RFC 9113 §6.2): padding, the old priority, the field block.
struct HeadersPayload: Equatable {
  /// Where the field block, or its first fragment, is in the input.
  let fragment: Range<Int>

  init(
    _ head: FrameHead, _ input: Span<UInt8>, _ payload: Range<Int>
  ) throws(ConnectionError) {
    var start = payload.lowerBound
    var end = payload.upperBound
    if head.flags.contains(.padded) {
      guard start < end else { throw .frameSize(.headers) }
      let padding = Int(input[start])
      start &+= 1
      guard padding <= end &- start else { throw .excessivePadding }
      end &-= padding
    }
    if head.flags.contains(.priority) {
      guard end &- start >= 5 else { throw .frameSize(.headers) }
      try OldPriority.check(input, at: start, of: head.streamID)
      start &+= 5
    }
    fragment = start..<end
  }
}
