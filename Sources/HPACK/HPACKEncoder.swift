public import Bytes
public import HTTPSemantics

/// Encodes the field blocks of one direction of a connection (RFC 7541).
///
/// Every block that it writes has to be sent, in the order of writing: begin with
/// ``beginBlock(into:)``, then pseudo-header fields, then fields.
public struct HPACKEncoder: ~Copyable {
  /// How a field line is represented (§6).
  public enum Indexing: Sendable {
    /// By the tables, and added to the dynamic one (§6.2.1).
    case indexed
    /// Without changing the dynamic table (§6.2.2).
    case literal
    /// The same, and so at every hop (§6.2.3, §7.1.3).
    case neverIndexed
  }

  private var table: EncoderTable
  /// The size that we never let the peer's table exceed.
  private let cap: Int
  /// The lowest size since the last block, when it has to be told to the peer.
  private var untoldSize: Int?

  /// - Parameter maxTableOctets: The most that our own table may hold, at most 65,536. A peer's
  ///   table has 4,096 octets before its settings came, so no more is used until then.
  public init(maxTableOctets: Int = 4096) {
    cap = DynamicTable.clamped(maxTableOctets)
    table = EncoderTable(maxSize: min(cap, 4096))
    untoldSize = cap < 4096 ? cap : nil
  }

  /// After the peer's SETTINGS_HEADER_TABLE_SIZE came; capped by ours. What changed is told at the
  /// start of the next block.
  public mutating func setMaxTableOctets(_ maxTableOctets: Int) {
    let size = min(max(maxTableOctets, 0), cap)
    guard size != table.table.maxSize else { return }
    untoldSize = min(untoldSize ?? size, size)
    table.setMaxSize(size)
  }

  /// Gives up memory beyond what its table has in it, while it rests.
  public mutating func releaseMemory() { table.releaseMemory() }

  /// Begins a field block, with the size updates that are due (§4.2).
  public mutating func beginBlock(into output: inout OutputBuffer) {
    guard let lowest = untoldSize else { return }
    untoldSize = nil
    let size = table.table.maxSize
    if lowest < size { output.append(integer: lowest, prefixBits: 5, pattern: 0x20) }
    output.append(integer: size, prefixBits: 5, pattern: 0x20)
  }

  /// Writes a field line.
  ///
  /// - Parameters:
  ///   - id: What the name is recognised as.
  ///   - name: In any case: it is written in lower case.
  public mutating func encode(
    _ id: FieldID, name: Span<UInt8>, value: Span<UInt8>, _ indexing: Indexing,
    into output: inout OutputBuffer
  ) {
    switch indexing {
    case .indexed: encodeIndexed(id, name: name, value: value, into: &output)
    case .literal:
      if let index = StaticTable.index(of: id, value: value) {
        return output.append(integer: index, prefixBits: 7, pattern: 0x80)
      }
      encodeLiteral(id, name: name, value: value, pattern: 0, into: &output)
    case .neverIndexed:
      encodeLiteral(id, name: name, value: value, pattern: 0x10, into: &output)
    }
  }

  /// Writes `:status`.
  public mutating func encode(status: UInt16, into output: inout OutputBuffer) {
    if let index = StaticTable.index(ofStatus: status) {
      return output.append(integer: index, prefixBits: 7, pattern: 0x80)
    }
    var digits = InlineArray<3, UInt8>(repeating: .zero)
    var rest = status
    for index in 0..<3 {
      digits[2 - index] &+= UInt8(rest % 10)
      rest /= 10
    }
    encode(pseudo: .statusPseudo, value: digits.span, into: &output)
  }

  /// Writes a pseudo-header field: `:method`, `:scheme`, `:authority`, `:path`, `:protocol`.
  ///
  /// - Parameter repeats: Whether a path may come again and again. Most differ from request to
  ///   request, and would only push out what does not.
  public mutating func encode(
    pseudo id: FieldID, value: Span<UInt8>, repeats: Bool = false, into output: inout OutputBuffer
  ) {
    let names = PseudoField.names
    let name = names.span.extracting(PseudoField.range(of: id))
    let indexing = id == .pathPseudo && !repeats ? Indexing.literal : .indexed
    encode(id, name: name, value: value, indexing, into: &output)
  }

  private mutating func encodeIndexed(
    _ id: FieldID, name: Span<UInt8>, value: Span<UInt8>, into output: inout OutputBuffer
  ) {
    if let index = StaticTable.index(of: id, value: value) {
      return output.append(integer: index, prefixBits: 7, pattern: 0x80)
    }
    let nameHash = table.nameHash(of: id, name)
    var newestOfName: Int?
    switch table.find(nameHash, id, name: name, value: value) {
    case .field(let age):
      return output.append(
        integer: Self.index(ofAge: age), prefixBits: 7, pattern: 0x80)
    case .name(let age): newestOfName = Self.index(ofAge: age)
    case .nothing: break
    }
    let nameIndex = StaticTable.nameIndex(of: id, name: name) ?? newestOfName
    // One that fills most of the table would push out what is worth more.
    let octets = name.count &+ value.count &+ DynamicTable.entryOverhead
    guard octets <= table.table.maxSize / 4 * 3 else {
      return Self.append(nameIndex, name, value, prefixBits: 4, pattern: 0, to: &output)
    }
    Self.append(nameIndex, name, value, prefixBits: 6, pattern: 0x40, to: &output)
    table.insert(nameHash, id, name: name, value: value)
  }

  /// A literal that leaves the dynamic table as it is.
  private func encodeLiteral(
    _ id: FieldID, name: Span<UInt8>, value: Span<UInt8>, pattern: UInt8,
    into output: inout OutputBuffer
  ) {
    let nameIndex =
      StaticTable.nameIndex(of: id, name: name)
      ?? table.findName(table.nameHash(of: id, name), id, name: name)
      .map { Self.index(ofAge: $0) }
    Self.append(nameIndex, name, value, prefixBits: 4, pattern: pattern, to: &output)
  }

  /// A literal, whose name is written by its index where a table has it (§6.2).
  @inline(__always)
  private static func append(
    _ nameIndex: Int?, _ name: Span<UInt8>, _ value: Span<UInt8>, prefixBits: UInt8,
    pattern: UInt8, to output: inout OutputBuffer
  ) {
    output.append(integer: nameIndex ?? 0, prefixBits: prefixBits, pattern: pattern)
    if nameIndex == nil { output.append(name: name) }
    output.append(literal: value)
  }

  /// The index of an entry of the dynamic table (§2.3.3).
  private static func index(ofAge age: Int) -> Int { age &+ StaticTable.count &+ 1 }
}
