import EventLoop
import System

/// Readies the process, first thing.
///
/// - Parameter isDaemon: Whether ``serve(_:)`` comes next: then signals that come before it are
///   kept for it. By default, SIGHUP and SIGUSR1 end a process.
public func prepareProcess(isDaemon: Bool) {
  StandardDescriptors.open()
  if isDaemon { SignalQueue.block() }
}

/// Runs the daemon on the calling thread until it is told to stop.
///
/// The calling thread must be the process's only one: signals are blocked for all that come after.
public func serve(_ options: ServeOptions) -> ExitStatus {
  SignalQueue.block()
  guard let control = Control(options) else {
    ProgramLog().error(noDescriptor)
    return .system
  }
  // With the loop as its preference: no thread of the global pool has any part in the daemon.
  Task(executorPreference: control.loop) { await control.start() }
  control.loop.run()
  return control.exitStatus
}
