import Addressing
import EventLoop
import System

/// Why there is no control socket.
struct ControlSocketFailure: Error, Equatable {
  let reason: String
}

extension ControlSocketPath {
  /// Listens there, for this user alone (mode 0600). A socket that a dead daemon has left is
  /// removed.
  func open() throws(ControlSocketFailure) -> ListeningSocket {
    do throws(FileSystem.DirectoryError) {
      if let directory { try FileSystem.makePrivateDirectory(at: directory) }
    } catch {
      switch error {
      case .notPrivate:
        throw ControlSocketFailure(reason: "others can write to its directory")
      case .failed(let code): throw ControlSocketFailure(reason: errorText(code))
      }
    }
    do throws(ListeningSocket.OpenError) {
      return try FileSystem.withPrivateFiles { () throws(ListeningSocket.OpenError) in
        try ListeningSocket(opening: .unix(path: path))
      }
    } catch {
      switch error {
      case .noAddress: throw ControlSocketFailure(reason: "the path is too long")
      case .failed(let call, let code):
        throw ControlSocketFailure(reason: "\(call): \(errorText(code))")
      }
    }
  }
}
