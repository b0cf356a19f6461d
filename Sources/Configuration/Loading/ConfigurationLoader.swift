/// Reads the main file and all that it includes into one draft.
struct ConfigurationLoader<Files: FileSource> {
  /// Files within files; more is a mistake.
  static var maxIncludeDepth: Int { 16 }

  let files: Files
  let log = ProblemLog()
  private(set) var draft = ConfigurationDraft()
  /// The paths of what was read, in the order of reading.
  private(set) var paths: [String] = []
  /// Whether nothing is missing: no file and no part of one.
  private(set) var isComplete = true
  /// See ``ConfigurationResult/knowsControlSocket``.
  private(set) var knowsControlSocket = false
  private(set) var hash = FNV1a()

  /// Normalised paths of what was read, and where each was included.
  private var included: [String: SourceLocation] = [:]
  /// The files that are being read, the main file first.
  private var stack: [String] = []

  init(files: Files) { self.files = files }

  mutating func loadMain(at path: String) {
    do throws(FileError) {
      load(try files.read(path), at: path, includedAt: SourceLocation())
    } catch {
      isComplete = false
      paths.append(path)
      let place = SourceLocation(file: path)
      log.add(ConfigurationProblem(.error, at: place, message: "cannot be read: \(error)"))
    }
  }

  private mutating func load(_ bytes: [UInt8], at path: String, includedAt place: SourceLocation) {
    paths.append(path)
    hash.combine(bytes)
    included[normalized(path)] = place
    stack.append(path)
    defer { stack.removeLast() }
    let file = SourceFile(path: path, bytes: bytes)
    var reader = JSONReader(file)
    let value = reader.readDocument()
    // A repeated key loses nothing that another part could refer to.
    if reader.problems.count > reader.repeatedKeys { isComplete = false }
    for problem in reader.problems {
      let location = file.location(of: problem.offset)
      log.add(ConfigurationProblem(.error, at: location, message: problem.message))
    }
    let node = Node(value: value, path: .root, file: file, log: log)
    decode(node)
    if stack.count == 1 {
      let isWhole = reader.problems.count == reader.repeatedKeys
      knowsControlSocket = saysControlSocket(node, isWhole: isWhole)
    }
  }

  /// Whether the main file names a socket that could be taken, or is whole and names none.
  private func saysControlSocket(_ node: Node, isWhole: Bool) -> Bool {
    if draft.startup.controlSocket != nil { return true }
    guard isWhole, case .object(let object) = node.value.kind else { return false }
    return !object.members.contains { $0.key == ConfigurationDraft.Key.controlSocket.rawValue }
  }

  private mutating func decode(_ node: Node) {
    guard let object = ObjectNode<ConfigurationDraft.Key>(node) else {
      isComplete = false
      return
    }
    // In the order of the file: included routes stand where the include stands.
    for (key, member) in object.members {
      switch key {
      case .schema: _ = member.string()
      case .include: for element in member.oneOrMore() ?? [] { include(element) }
      case .listeners: if !draft.addListeners(member) { isComplete = false }
      case .routes: draft.addRoutes(member)
      case .clusters: if !draft.addClusters(member) { isComplete = false }
      case .workers, .controlSocket, .maxConnections, .shutdownDelay, .drainTimeout, .logging,
        .admin, .metrics, .tracing, .resolver:
        if stack.count == 1 {
          draft.readSetting(key, member)
        } else {
          member.fail("belongs in the main file, \(stack[0])")
        }
      }
    }
  }

  private mutating func include(_ node: Node) {
    guard let pattern = node.string() else { return isComplete = false }
    if pattern.isEmpty {
      return node.fail("expected a path or a pattern such as \"conf.d/*.json\"")
    }
    let path = resolve(pattern, from: node.file.path)
    guard isGlob(path) else { return include(path, for: node) }
    let paths: [String]
    do throws(FileError) {
      paths = try files.paths(matching: path)
    } catch {
      isComplete = false
      return node.fail("\(path) cannot be read: \(error)")
    }
    if paths.isEmpty { node.warn("\(path) matches no file") }
    for path in paths.sorted(by: { $0.utf8.lexicographicallyPrecedes($1.utf8) }) {
      include(path, for: node)
    }
  }

  private mutating func include(_ path: String, for node: Node) {
    let name = normalized(path)
    if let start = stack.firstIndex(where: { normalized($0) == name }) {
      let round = (stack[start...] + [path]).joined(separator: ", ")
      return node.fail("files include each other in a round: \(round)")
    }
    if let first = included[name] {
      return node.fail("\(path) is included already, at \(first)")
    }
    if stack.count >= Self.maxIncludeDepth {
      return node.fail("files include each other more than \(Self.maxIncludeDepth) deep")
    }
    do throws(FileError) {
      load(try files.read(path), at: path, includedAt: node.location)
    } catch {
      isComplete = false
      node.fail("\(path) cannot be read: \(error)")
    }
  }
}

/// FNV-1a with 64 bits: quick, and good enough to tell whether files have changed.
struct FNV1a {
  private(set) var value: UInt64 = 0xCBF2_9CE4_8422_2325

  /// Adds a file. An octet that no UTF-8 has ends it, so that files cannot flow into each other.
  mutating func combine(_ bytes: [UInt8]) {
    for byte in bytes { add(byte) }
    add(0xFF)
  }

  private mutating func add(_ byte: UInt8) { value = (value ^ UInt64(byte)) &* 0x100_0000_01B3 }
}
