/// What is asked of a name server, and how its answer counts.
public struct NameQuestion: Hashable, Sendable {
  public let name: String
  public let type: RecordType
  let settings: NameSettings

  init(_ name: String, _ type: RecordType, _ settings: NameSettings) {
    self.name = name
    self.type = type
    self.settings = settings
  }
}
