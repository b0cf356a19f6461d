import Addressing
import Configuration
import EventLoop
import Proxy
import System

/// The sockets of one key: one, or as many as systemd passes under a name.
struct OpenSockets: Sendable {
  let key: ListenerKey
  let listeners: [OpenListener]

  /// Opens what `key` asks for.
  static func open(
    _ key: ListenerKey, inheriting inherited: InheritedSockets
  ) throws(ListenFailure) -> OpenSockets {
    do throws(ListeningSocket.OpenError) {
      guard case .inherited(let name) = key.endpoint else {
        // Who may connect is for the mode of the directory to say, not for our umask.
        let socket = try ListeningSocket(opening: key.endpoint, mode: 0o666)
        return OpenSockets(key: key, listeners: [OpenListener(name: key.listener, socket: socket)])
      }
      var listeners: [OpenListener] = []
      // Duplicates: a listener that is removed closes its own, and may come back.
      for descriptor in inherited.duplicates(named: name) {
        let socket = try ListeningSocket(inheriting: descriptor, as: key.endpoint)
        listeners.append(OpenListener(name: key.listener, socket: socket))
      }
      guard !listeners.isEmpty else { throw ListeningSocket.OpenError.noAddress }
      return OpenSockets(key: key, listeners: listeners)
    } catch {
      throw ListenFailure(key: key, error: error)
    }
  }

  /// The same sockets under another listener's name. What is in their backlogs stays.
  func moved(to key: ListenerKey) throws(ListenFailure) -> OpenSockets {
    do throws(ListeningSocket.OpenError) {
      var moved: [OpenListener] = []
      for listener in listeners {
        // An event loop knows a socket by its descriptor, so the new name needs one of its own.
        let socket = try ListeningSocket(
          inheriting: duplicate(listener.socket.descriptor), as: key.endpoint,
          file: listener.socket.file)
        moved.append(OpenListener(name: key.listener, socket: socket))
      }
      return OpenSockets(key: key, listeners: moved)
    } catch {
      throw ListenFailure(key: key, error: error)
    }
  }

  /// Removes the files of unix sockets, so that clients see that nobody listens.
  func removeFile() {
    for listener in listeners { listener.socket.removeFile() }
  }
}

/// Why a listener cannot be opened.
struct ListenFailure: Error, Equatable, Sendable {
  let key: ListenerKey
  let error: ListeningSocket.OpenError

  /// Whether another configuration would help, as opposed to another state of the machine.
  var isConfiguration: Bool { error == .noAddress }

  func problem(in file: String) -> ConfigurationProblem {
    ConfigurationProblem(
      .error, at: SourceLocation(file: file), path: "listeners.\(key.listener).bind",
      message: message)
  }

  private var message: String {
    switch (error, key.endpoint) {
    case (.noAddress, .inherited(let name)): "systemd has passed no socket named \(name)"
    case (.noAddress, _): "\(key.endpoint) is no address to listen on"
    case (.failed(let call, let code), _):
      "cannot listen on \(key.endpoint): \(call): \(errorText(code))"
    }
  }
}
