import Builtin

/// A stored value that is changed in place: `let parser = Slot(Parser())`, then
/// `parser.value.parse(…)`.
///
/// For the hot fields of classes that one thread uses, where ``Cell`` would have to copy. It keeps
/// the rule that Swift's own run-time check keeps, one change or many reads at a time, and stops
/// the process when the rule is broken; but it knows the one value that is meant, so that asking
/// takes three instructions instead of a hundred. It is not `Sendable`.
///
/// As a `let`: then nothing can replace the slot itself.
@safe
public struct Slot<Value: ~Copyable>: ~Copyable {
  @usableFromInline let storage: SlotStorage<Value>
  /// Readers at this moment; -1 while the value is being changed.
  @usableFromInline let users = Cell<Int>(wrappedValue: 0)

  @inlinable
  public init(_ value: consuming Value) { storage = SlotStorage(value) }

  @inlinable
  public var value: Value {
    _read {
      precondition(users.wrappedValue >= 0, "read while it is being changed")
      users.wrappedValue &+= 1
      defer { users.wrappedValue &-= 1 }
      // Sound: initialised for the slot's whole life, and nobody changes it while `users` is
      // above 0.
      yield unsafe storage.address.pointee
    }
    nonmutating _modify {
      precondition(users.wrappedValue == 0, "changed while it is in use")
      users.wrappedValue = -1
      defer { users.wrappedValue = 0 }
      // Sound: nobody else reads or changes it while `users` is -1.
      yield unsafe &storage.address.pointee
    }
  }

  /// Lends the value to `body`. What ``value`` yields is copied where a function takes it as a
  /// whole.
  @inlinable
  public func lend<Result, Failure: Error>(
    to body: (borrowing Value) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    precondition(users.wrappedValue >= 0, "read while it is being changed")
    users.wrappedValue &+= 1
    defer { users.wrappedValue &-= 1 }
    // Sound: as of `value`.
    return try body(unsafe storage.address.pointee)
  }
}

/// The memory of a ``Slot``.
@safe
@_rawLayout(like: Value, movesAsLike)
@usableFromInline
struct SlotStorage<Value: ~Copyable>: ~Copyable {
  /// Sound: a type of raw layout is never moved while it is borrowed, and the value is initialised
  /// for the whole life of the storage.
  @inlinable
  var address: UnsafeMutablePointer<Value> {
    unsafe UnsafeMutablePointer<Value>(Builtin.addressOfRawLayout(self))
  }

  @inlinable
  init(_ value: consuming Value) { unsafe address.initialize(to: value) }

  @inlinable
  deinit { unsafe address.deinitialize(count: 1) }
}
