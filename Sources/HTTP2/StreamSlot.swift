/// Where a connection keeps a stream, from its first frame until the owner's `release`.
///
/// Slots are dense and used again, so that an owner can keep what it knows of its streams in an
/// array beside.
public struct StreamSlot: Hashable, Sendable {
  @usableFromInline let value: Int32

  @inlinable
  init(_ value: Int32) { self.value = value }

  /// The place in an array.
  @inlinable public var index: Int { Int(value) }
}
