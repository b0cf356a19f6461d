public import Addressing
import EventLoop
import System

/// Runs one demo origin on the calling thread until a signal comes.
///
/// The calling thread must be the process's only one: signals are blocked for all that come after.
public func runOrigin(on endpoint: Endpoint, name: String) -> ExitStatus {
  SignalQueue.block()
  _ = DescriptorLimit.raise()
  let log = ProgramLog()
  let socket: ListeningSocket
  do throws(OriginFailure) {
    socket = try openOrigin(on: endpoint)
  } catch {
    log.error(error.message)
    return .system
  }
  guard let origin = Origin() else {
    log.error(noDescriptor)
    return .system
  }
  log.info("listening", ["origin": name, "address": "\(socket.bound)"])
  Task(executorPreference: origin.loop) { await origin.serve(socket, as: name) }
  Task(executorPreference: origin.loop) { await origin.stopOnSignal() }
  origin.loop.run()
  socket.removeFile()
  log.info("stopped")
  return .success
}

extension Origin {
  fileprivate func stopOnSignal() async {
    let queue = ReadableDescriptor(owning: SignalQueue.open(), on: loop)
    while true {
      // There is nothing to reload or to reopen.
      let signals = SignalQueue.take(from: queue.descriptor)
      if signals.contains(where: { $0 != .hangUp && $0 != .user1 }) { return loop.stop() }
      _ = await queue.wait()
    }
  }
}
