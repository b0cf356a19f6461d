/// What came of loading a configuration.
public struct ConfigurationResult: Sendable {
  /// Nil when there are errors.
  public var snapshot: Snapshot?
  /// Everything that was found, in the order of reading and by place in each file.
  public var problems: [ConfigurationProblem]
  /// As far as it could be read, also when there are errors: who wants to reach a daemon that has
  /// refused the configuration needs its socket.
  public var startup = StartupConfig()
  /// Whether the main file could be read as far as to know what it says, or does not say, of
  /// `control_socket`.
  public var knowsControlSocket = false
}

/// Reads the file at `path` and all that it includes, checks all of it, and freezes it.
///
/// It reports every problem that it can find in one go, and opens nothing itself.
public func loadConfiguration(at path: String, from files: some FileSource) -> ConfigurationResult {
  var loader = ConfigurationLoader(files: files)
  loader.loadMain(at: path)
  let check = CrossCheck(draft: loader.draft, isComplete: loader.isComplete, log: loader.log)
  var snapshot = Snapshot()
  snapshot.startup = loader.draft.startup
  snapshot.routing = check.resolved(mainFile: path)
  snapshot.files = loader.paths
  snapshot.contentHash = loader.hash.value
  let problems = loader.log.sorted(by: loader.paths)
  return ConfigurationResult(
    snapshot: loader.log.hasErrors ? nil : snapshot, problems: problems,
    startup: loader.draft.startup, knowsControlSocket: loader.knowsControlSocket)
}
