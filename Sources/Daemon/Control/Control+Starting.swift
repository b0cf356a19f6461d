import Addressing
import Configuration
import EventLoop
import Proxy
import System

extension Control {
  /// Starts everything, in this order: configuration, credentials, names, the admin's sockets, the
  /// listeners' sockets, workers. Either all of it serves in the end, or the process ends and has
  /// said why.
  func start() async {
    beginEvents()
    beginNames()
    do throws(StartFailure) {
      try watchSignals()
      let snapshot = try load()
      let (resolved, certificates) = try await resolve(snapshot)
      // A signal may have come meanwhile.
      guard phase == .starting else { return }
      if options.runsOrigins { try runOrigins(for: snapshot.routing) }
      adminToken = try readAdminToken(snapshot.startup.admin)
      let controlSocket = try openControlSocket(snapshot.startup)
      let adminSockets = try openAdminSockets(snapshot.startup.admin)
      let sockets = try openSockets(for: snapshot.routing)
      var service = try makeService(snapshot, resolved, sockets: sockets)
      service.certificates = certificates
      await begin(service, controlSocket, adminSockets, hash: snapshot.contentHash)
    } catch {
      log.problems(error.problems)
      abandonStart(error.status)
    }
  }

  /// Ends a start that has not come to its end, and leaves no socket behind.
  func abandonStart(_ status: ExitStatus) {
    for socket in startSockets { socket.removeFile() }
    startSockets = []
    end(status)
  }

  private func load() throws(StartFailure) -> Snapshot {
    let result = loadConfiguration(at: options.configuration, from: DiskFiles())
    guard let snapshot = result.snapshot else { throw .configuration(result.problems) }
    log.level = snapshot.routing.logging.level
    log.problems(result.problems)
    return snapshot
  }

  private func resolve(
    _ snapshot: Snapshot
  ) async throws(StartFailure) -> (ResolvedConfiguration, [CertificateStatus]) {
    let credentials = loadCredentials(
      of: snapshot.routing, from: DiskFiles(), now: CalendarTime.secondsSince1970, served: nil)
    guard let material = credentials.material else { throw .configuration(credentials.problems) }
    log.problems(credentials.problems)
    log.problems(await lookUpNames(of: snapshot.routing))
    let resolved = ResolvedConfiguration(
      routing: snapshot.routing, tls: material, secrets: credentials.secrets)
    return (resolved, credentials.certificates)
  }

  private func readAdminToken(_ admin: AdminConfig) throws(StartFailure) -> AdminToken? {
    guard let file = admin.tokenFile else { return nil }
    do throws(ConfigurationProblem) {
      return try AdminToken.read(file, from: DiskFiles())
    } catch {
      throw .configuration([error])
    }
  }

  private func runOrigins(for routing: RoutingConfig) throws(StartFailure) {
    do throws(OriginFailure) {
      try runDemoOrigins(for: routing)
    } catch {
      throw .system(error.message, in: options.configuration)
    }
  }

  private func openSockets(for routing: RoutingConfig) throws(StartFailure) -> [OpenSockets] {
    var opened: [OpenSockets] = []
    do throws(ListenFailure) {
      for key in ListenerKey.all(of: routing) {
        let sockets = try OpenSockets.open(key, inheriting: inherited)
        startSockets += sockets.listeners.map(\.socket)
        opened.append(sockets)
      }
    } catch {
      throw .listening(error, in: options.configuration)
    }
    return opened
  }

  private func makeService(
    _ snapshot: Snapshot, _ resolved: ResolvedConfiguration, sockets: [OpenSockets]
  ) throws(StartFailure) -> Service {
    let workers = try makeWorkers(snapshot)
    let accessLog = try makeAccessLog(snapshot.routing.logging, of: workers)
    guard accessLog.start(), workers.start() else {
      throw .system("a thread cannot be started", in: options.configuration)
    }
    return Service(
      workers: workers, accessLog: accessLog, startup: snapshot.startup, resolved: resolved,
      sockets: sockets)
  }

  private func makeWorkers(_ snapshot: Snapshot) throws(StartFailure) -> WorkerGroup {
    let limit = DescriptorLimit.raise()
    let most = defaultMaxConnections(descriptors: limit)
    let workers = WorkerGroup(
      count: options.workers ?? snapshot.startup.workers ?? Machine.processorCount,
      maxConnections: most, checkingOn: loop
    ) { [events] in events.add(.proxy($0)) }
    guard let workers else { throw .system(noDescriptor, in: options.configuration) }
    if let wanted = snapshot.routing.maxConnections, wanted > most {
      log.warning(
        "max_connections takes more descriptors than there are",
        ["max_connections": "\(wanted)", "descriptors": "\(limit)"])
    }
    return workers
  }

  private func makeAccessLog(
    _ logging: LoggingConfig, of workers: WorkerGroup
  ) throws(StartFailure) -> AccessLogWriter {
    let destination: AccessLogDestination?
    do throws(OutputFile.WriteError) {
      destination = try AccessLogDestination.open(logging.accessOutput)
    } catch {
      throw .configuration([accessLogProblem(logging.accessOutput, error)])
    }
    let accessLog = AccessLogWriter(
      rings: workers.workers.map(\.accessLog), destination: destination,
      format: logging.accessFormat
    ) { [events] in events.add(.accessLog($0)) }
    guard let accessLog else { throw .system(noDescriptor, in: options.configuration) }
    return accessLog
  }

  private func begin(
    _ service: Service, _ controlSocket: ListeningSocket?, _ adminSockets: [ListeningSocket],
    hash: UInt64
  ) async {
    await adopt(service.resolved, on: service.workers)
    await service.workers.open(service.sockets.flatMap(\.listeners))
    // A signal may have come meanwhile.
    guard phase == .starting else { return }
    self.service = service
    phase = .serving
    reloadHistory.started(hash: hash, at: Machine.wallClock)
    startSockets = []
    if let controlSocket { listen(on: controlSocket) }
    for socket in adminSockets {
      listen(on: socket)
      log.info("admin listening", ["address": "\(socket.bound)"])
    }
    for sockets in service.sockets { tellListening(sockets) }
    log.info("ready", ["workers": "\(service.workers.workers.count)"])
    manager.notify(.ready, status: "serving")
    beginWatchdog()
    beginCredentialCare()
    beginTracing(service)
    if options.runsOrigins {
      log.plain(
        demoHint(
          for: service.sockets,
          encryptedListeners: service.routing.listeners.filter { $0.tls != nil }.map(\.name)))
    }
    beginReloading()
    applyNames()
  }

  func tellListening(_ sockets: OpenSockets) {
    for listener in sockets.listeners {
      log.info(
        "listening", ["listener": listener.name, "address": "\(listener.socket.bound)"])
    }
  }

  func accessLogProblem(
    _ output: LoggingConfig.AccessOutput, _ error: OutputFile.WriteError
  ) -> ConfigurationProblem {
    let path =
      switch output {
      case .file(let path), .syslog(let path): path
      case .standardOutput, .off: "standard output"
      }
    return ConfigurationProblem(
      .error, at: SourceLocation(file: options.configuration), path: "logging.access.output",
      message: "cannot open \(path): \(error.text)")
  }
}

/// What `max_connections` is when the configuration does not say: a connection takes two
/// descriptors, the client's and the backend's, and 256 are for everything else. A process with
/// fewer than that still gets some.
func defaultMaxConnections(descriptors limit: Int) -> Int { max((limit - 256) / 2, limit / 4, 1) }
