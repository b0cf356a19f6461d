import Addressing
import Configuration
import EventLoop
import Names
import System

/// `/etc/hosts`, read again when it has changed.
struct SystemHosts {
  private static let path = "/etc/hosts"
  /// How long what the file says counts before it is looked at again, within a name's own bounds.
  private static let secondsToLive: UInt32 = 5
  private static let pause = Interval.seconds(1)

  private var file = HostsFile()
  private var mark: FileSystem.Mark?
  private var nextLook = Instant(microseconds: 0)

  /// What the file says to `question`; nil when a server is to be asked. A name that it has is its
  /// alone, so one that has only IPv4 addresses there has no others.
  mutating func answer(_ question: NameQuestion, at now: Instant) -> NameAnswer? {
    look(at: now)
    let addresses = file.addresses(of: question.name)
    guard question.type != .srv, !addresses.isEmpty else { return nil }
    let wanted = addresses.filter { ($0.family == .v4) == (question.type == .a) }
    if wanted.isEmpty { return .failed(.noRecords) }
    return .records(.addresses(wanted), secondsToLive: Self.secondsToLive)
  }

  private mutating func look(at now: Instant) {
    guard now >= nextLook else { return }
    nextLook = now + Self.pause
    let found = FileSystem.mark(of: Self.path)
    guard found != mark else { return }
    mark = found
    do throws(FileError) {
      file = HostsFile(try DiskFiles().read(Self.path))
    } catch {
      file = HostsFile()
    }
  }
}
