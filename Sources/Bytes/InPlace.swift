/// A field that has no value, and keeps the noncopyable struct that has it where it is.
///
/// Who calls a method of a struct that stands in a class has the struct loaded first, all of it, if
/// the compiler thinks that it could be: a kilobyte for each question to a connection of HTTP/2.
/// What has raw layout can only be used where it is.
///
/// `@unchecked Sendable`: there is nothing in it that threads could share.
@_rawLayout(size: 0, alignment: 1) public struct InPlace: ~Copyable, @unchecked Sendable {
  @inlinable
  public init() {}
}
