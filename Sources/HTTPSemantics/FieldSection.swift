import Bytes

/// The field lines of a head or of a trailer section, in the order in which they came.
///
/// Reused from message to message: ``removeAll()`` keeps the memory.
public struct FieldSection: Sendable {
  @usableFromInline var storage: [FieldLine] = []
  /// A bit for each ``FieldID`` that some line has.
  @usableFromInline var present: UInt64 = 0

  public init() {}

  /// Lent, not copied: a copy would retain and release their memory.
  public var lines: [FieldLine] { @inlinable _read { yield storage } }
  @inlinable public var count: Int { storage.count }
  @inlinable public var isEmpty: Bool { storage.isEmpty }

  /// Whether some line has this field.
  ///
  /// - Complexity: O(1).
  @inlinable
  public func contains(_ id: FieldID) -> Bool { present &>> UInt64(id.rawValue) & 1 != 0 }

  /// The first line that has this field.
  ///
  /// - Complexity: O(1) when there is none, else O(n).
  public func first(_ id: FieldID) -> FieldLine? {
    guard contains(id) else { return nil }
    for index in lines.indices where lines[index].id == id { return lines[index] }
    return nil
  }

  /// The one line that has this field; nil when there is none or more than one.
  public func only(_ id: FieldID) -> FieldLine? {
    guard contains(id) else { return nil }
    var found: FieldLine?
    for index in lines.indices where lines[index].id == id {
      if found != nil { return nil }
      found = lines[index]
    }
    return found
  }

  /// Whether a list field has `token` as a member, in either case.
  public func lists(_ token: StaticString, in id: FieldID, _ bytes: Span<UInt8>) -> Bool {
    guard contains(id) else { return false }
    for index in lines.indices where lines[index].id == id {
      var cursor = ListCursor(lines[index].value)
      while let member = cursor.next(in: bytes) {
        if bytes.extracting(member).equalsIgnoringCase(token) { return true }
      }
    }
    return false
  }

  @inlinable
  public mutating func append(_ line: FieldLine) {
    storage.append(line)
    present |= 1 &<< UInt64(line.id.rawValue)
  }

  /// Marks the line at `index` as one that is not forwarded.
  public mutating func markHopByHop(at index: Int) { storage[index].isHopByHop = true }

  /// Forgets the lines and keeps their memory.
  public mutating func removeAll() {
    storage.removeAll(keepingCapacity: true)
    present = 0
  }
}
