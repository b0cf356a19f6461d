import Builtin

/// A stored property that is only ever copied out or replaced as a whole:
/// `@Cell var isOpen = true`.
///
/// For the hot fields of classes that one thread uses. Swift checks each access to a class's `var`
/// at run time, lest one be replaced while a reference into it is held; a request met some hundred
/// such checks, a third of its instructions. A cell never lends a reference into itself: its getter
/// copies and its setter moves, so that no two accesses can overlap, and the check has nothing to
/// find.
///
/// Not for what is changed in place, such as arrays and machines: every change would copy them.
/// Those stay plain and checked. The cell is not `Sendable`.
@safe
@_rawLayout(like: Value, movesAsLike)
@propertyWrapper
public struct Cell<Value>: ~Copyable {
  /// Sound: a type of raw layout is never moved while it is borrowed, and the value is initialised
  /// for the cell's whole life.
  @inlinable
  var address: UnsafeMutablePointer<Value> {
    unsafe UnsafeMutablePointer<Value>(Builtin.addressOfRawLayout(self))
  }

  @inlinable
  public init(wrappedValue: Value) { unsafe address.initialize(to: wrappedValue) }

  @inlinable
  deinit { unsafe address.deinitialize(count: 1) }

  @inlinable
  public var wrappedValue: Value {
    get { unsafe address.pointee }
    // The old value is released after the new one is in place, so its `deinit` finds the cell
    // whole.
    nonmutating set { unsafe address.pointee = newValue }
  }

  /// Replaces the value and gives the old one, without a copy: `_buffer.exchange(nil)`.
  @inlinable
  public func exchange(_ newValue: consuming Value) -> Value {
    let old = unsafe address.move()
    unsafe address.initialize(to: newValue)
    return old
  }
}
