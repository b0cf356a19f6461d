public import Bytes
public import HTTPSemantics

/// Decodes the field blocks of one direction of a connection (RFC 7541).
///
/// The two ends keep the same table only if every block is decoded, in the order of arrival, those
/// of refused streams too. After an error it must not be used again.
public struct HPACKDecoder: ~Copyable {
  private var table: DynamicTable
  /// What the peer's encoder may choose as its table's size.
  private var maxTableOctets: Int
  /// The lowest that ``maxTableOctets`` has been since the last block.
  private var lowestMax: Int

  /// - Parameter maxTableOctets: The SETTINGS_HEADER_TABLE_SIZE that we announced, at most 65,536.
  public init(maxTableOctets: Int = 4096) {
    self.maxTableOctets = DynamicTable.clamped(maxTableOctets)
    lowestMax = self.maxTableOctets
    table = DynamicTable(maxSize: maxTableOctets)
  }

  /// After the peer acknowledged a changed SETTINGS_HEADER_TABLE_SIZE of ours, at most 65,536.
  ///
  /// When it falls below the size in use, the next block has to begin with a size update (§4.2).
  public mutating func setMaxTableOctets(_ maxTableOctets: Int) {
    self.maxTableOctets = DynamicTable.clamped(maxTableOctets)
    lowestMax = min(lowestMax, self.maxTableOctets)
  }

  /// Gives up memory beyond what its table has in it, while it rests.
  public mutating func releaseMemory() { table.releaseMemory() }

  /// Decodes one whole field block: appends octets of names and values to `octets` and lines to
  /// `fields`, whose offsets count in `octets`.
  ///
  /// Past a limit nothing more is stored, but decoding goes on, since the table has to be kept in
  /// step. Names are passed through as they are; an unknown name that begins with a colon is
  /// ``FieldID/other``.
  ///
  /// - Returns: Whether all of it was within the limits.
  public mutating func decode(
    _ block: Span<UInt8>, limits: FieldBlockLimits, into octets: inout OutputBuffer,
    _ fields: inout FieldSection
  ) throws(HPACKError) -> Bool {
    var reader = BlockReader()
    var room = FieldBlockRoom(limits)
    try readSizeUpdates(block, &reader)
    while !reader.isAtEnd(of: block) {
      switch block[reader.position] {
      case 0x80...:
        try decodeIndexed(block, &reader, &room, into: &octets, &fields)
      case 0x40..<0x80:
        try decodeLiteral(block, &reader, .indexed, &room, into: &octets, &fields)
      case 0x20..<0x40: throw .sizeUpdateNotAtStart
      case 0x10..<0x20:
        try decodeLiteral(block, &reader, .neverIndexed, &room, into: &octets, &fields)
      default:
        try decodeLiteral(block, &reader, .literal, &room, into: &octets, &fields)
      }
    }
    return !room.isExceeded
  }

  /// The dynamic table size updates that a block begins with (§4.2, §6.3).
  private mutating func readSizeUpdates(
    _ block: Span<UInt8>, _ reader: inout BlockReader
  ) throws(HPACKError) {
    // After several changes, the peer tells the lowest of them first and then the last.
    var isRequired = lowestMax < table.maxSize
    var updates = 0
    while !reader.isAtEnd(of: block), 0x20..<0x40 ~= block[reader.position] {
      guard updates < 2 else { throw .tooManySizeUpdates }
      let size = try reader.integer(block, prefixBits: 5)
      guard size <= maxTableOctets else { throw .sizeUpdateAboveLimit }
      if isRequired, size > lowestMax { throw .sizeUpdateMissing }
      isRequired = false
      table.setMaxSize(size)
      updates += 1
    }
    if isRequired { throw .sizeUpdateMissing }
    lowestMax = maxTableOctets
  }

  /// An indexed field line (§6.1).
  private func decodeIndexed(
    _ block: Span<UInt8>, _ reader: inout BlockReader, _ room: inout FieldBlockRoom,
    into octets: inout OutputBuffer, _ fields: inout FieldSection
  ) throws(HPACKError) {
    let index = try reader.integer(block, prefixBits: 7)
    let start = octets.count
    let entry: DynamicTable.Entry
    if index <= StaticTable.count {
      guard index > 0 else { throw .indexZero }
      entry = StaticTable.packed.entries[index]
      guard room.admit(entry.octets) else { return }
      StaticTable.packed.copy(entry, to: &octets)
    } else {
      entry = try dynamicEntry(index)
      guard room.admit(entry.octets) else { return }
      table.copy(entry, withValue: true, to: &octets)
    }
    var line = Self.line(
      from: start, nameCount: Int(entry.nameCount), to: octets.count, entry.id)
    line.isKnownPlain = entry.isPlain
    line.isRepeated = index > StaticTable.count
    fields.append(line)
  }

  /// A literal field line (§6.2).
  private mutating func decodeLiteral(
    _ block: Span<UInt8>, _ reader: inout BlockReader, _ indexing: HPACKEncoder.Indexing,
    _ room: inout FieldBlockRoom, into octets: inout OutputBuffer, _ fields: inout FieldSection
  ) throws(HPACKError) {
    let start = octets.count
    let index = try reader.integer(block, prefixBits: indexing == .indexed ? 6 : 4)
    let id = try decodeName(index, block, &reader, into: &octets)
    let nameEnd = octets.count
    try reader.string(block, into: &octets)
    let end = octets.count
    var line = Self.line(from: start, nameCount: nameEnd &- start, to: end, id)
    line.isNeverIndexed = indexing == .neverIndexed
    if indexing == .indexed {
      let bytes = octets.span
      // Looked at once, instead of whenever it comes again.
      line.isKnownPlain =
        id.isPseudo
        ? FieldLine.isPlain(value: bytes[line.value])
        : FieldLine.isPlain(name: bytes[line.name], value: bytes[line.value])
      table.insert(
        id, name: bytes[line.name], .kept, value: bytes[line.value], isPlain: line.isKnownPlain)
    }
    guard room.admit(end &- start) else { return octets.truncate(to: start) }
    fields.append(line)
  }

  /// Appends the name that `index` stands for to `octets`; 0 is for one that comes as a string.
  @inline(__always)
  private func decodeName(
    _ index: Int, _ block: Span<UInt8>, _ reader: inout BlockReader,
    into octets: inout OutputBuffer
  ) throws(HPACKError) -> FieldID {
    if index > StaticTable.count {
      let entry = try dynamicEntry(index)
      table.copy(entry, withValue: false, to: &octets)
      return entry.id
    }
    if index > 0 {
      let entry = StaticTable.entries[index]
      octets.append(entry.name)
      return entry.id
    }
    let start = octets.count
    try reader.string(block, into: &octets)
    let name = octets.span.extracting(start..<octets.count)
    return name.count > 0 && name[0] == .colon ? PseudoField.id(of: name) : FieldID(name)
  }

  @inline(__always)
  private func dynamicEntry(_ index: Int) throws(HPACKError) -> DynamicTable.Entry {
    let age = index &- StaticTable.count &- 1
    guard age < table.count else { throw .indexPastTable }
    return table[age]
  }

  @inline(__always)
  private static func line(
    from start: Int, nameCount: Int, to end: Int, _ id: FieldID
  ) -> FieldLine {
    let nameEnd = start &+ nameCount
    return FieldLine(name: ByteRange(start..<nameEnd), value: ByteRange(nameEnd..<end), id: id)
  }
}
