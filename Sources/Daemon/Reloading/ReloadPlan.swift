import Configuration

/// What a reload has to do, worked out before anything is done.
struct ReloadPlan: Sendable {
  let listeners: ListenerChange
  /// Keys that changed and that only a restart can apply.
  let warnings: [ConfigurationProblem]
  /// Whether access log lines go to another place.
  let changesAccessLog: Bool

  /// - Parameters:
  ///   - started: What the process was started with.
  ///   - running: What serves now.
  ///   - open: The sockets that are open.
  ///   - fresh: What shall serve.
  init(
    from running: RoutingConfig, startedWith started: StartupConfig, open: [ListenerKey],
    to fresh: Snapshot
  ) {
    listeners = ListenerChange(from: open, to: ListenerKey.all(of: fresh.routing))
    changesAccessLog = running.logging.accessOutput != fresh.routing.logging.accessOutput
    var changed: [String] = []
    if started.workers != fresh.startup.workers { changed.append("workers") }
    if started.controlSocket != fresh.startup.controlSocket { changed.append("control_socket") }
    if started.admin.bind != fresh.startup.admin.bind { changed.append("admin.bind") }
    warnings = changed.map { key in
      ConfigurationProblem(
        .warning, at: SourceLocation(file: fresh.files.first ?? ""), path: key,
        message: "the change takes a restart; everything else was applied")
    }
  }
}
