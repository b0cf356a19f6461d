// For `timeval`, which c-ares brings along as well: an optimised build takes it for that one.
import CAres
import CLinux
import Glibc

/// What the kernel knows of this process.
public struct ProcessFigures: Equatable, Sendable {
  /// User and system time, in microseconds.
  public var processorTime: UInt64 = 0
  /// Octets of memory.
  public var residentOctets: UInt64 = 0
  public var virtualOctets: UInt64 = 0
  public var openDescriptors: UInt64 = 0
  public var maxDescriptors: UInt64 = 0
  public var threads: UInt64 = 0
  /// Seconds since 1970.
  public var startedAt: UInt64 = 0

  public init() {}

  /// As of now. What cannot be read is 0.
  public static func read() -> ProcessFigures {
    var figures = ProcessFigures()
    figures.readUsage()
    figures.readStat()
    figures.openDescriptors = UInt64(clamping: countEntries(of: "/proc/self/fd") - 1)
    var limit = rlimit()
    // Sound: the call fills in the structure that it is given.
    if unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 {
      figures.maxDescriptors = UInt64(limit.rlim_cur)
    }
    return figures
  }

  private mutating func readUsage() {
    var usage = rusage()
    // Sound: the call fills in the structure that it is given.
    guard unsafe getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage) == 0 else { return }
    for time in [usage.ru_utime, usage.ru_stime] {
      processorTime &+= UInt64(clamping: time.tv_sec) &* 1_000_000 &+ UInt64(clamping: time.tv_usec)
    }
  }

  /// The fields behind the name of the executable, which may hold anything (proc(5)).
  private mutating func readStat() {
    let text = Self.content(of: "/proc/self/stat")
    guard let name = text.lastIndex(of: ")") else { return }
    let fields = text[name...].split(separator: " ").dropFirst().map { UInt64($0) ?? 0 }
    guard fields.count > 21 else { return }
    threads = fields[17]
    virtualOctets = fields[20]
    residentOctets = fields[21] &* UInt64(clamping: sysconf(Int32(_SC_PAGESIZE)))
    let ticks = max(1, UInt64(clamping: sysconf(Int32(_SC_CLK_TCK))))
    let uptime = UInt64(clamping: Machine.bootClock / 1_000_000)
    let age = uptime &- min(uptime, fields[19] / ticks)
    startedAt = UInt64(clamping: CalendarTime.secondsSince1970) &- age
  }

  private static func content(of path: String) -> String {
    // Sound: the path lives for the call.
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return "" }
    defer { close(descriptor) }
    var octets = [UInt8](repeating: 0, count: 4096)
    // Sound: the buffer is as long as the count says, and lives for the call.
    let count = unsafe octets.withUnsafeMutableBytes { buffer in
      unsafe Glibc.read(descriptor, buffer.baseAddress, buffer.count)
    }
    return String(decoding: octets.prefix(max(0, count)), as: UTF8.self)
  }

  private static func countEntries(of path: String) -> Int {
    // Sound: the directory is open until it is closed here, and entries are not kept.
    guard let directory = unsafe opendir(path) else { return 1 }
    defer { unsafe closedir(directory) }
    var count = 0
    while let entry = unsafe readdir(directory) {
      if unsafe entry.pointee.d_name.0 != CChar(UInt8(ascii: ".")) { count += 1 }
    }
    return count
  }
}
