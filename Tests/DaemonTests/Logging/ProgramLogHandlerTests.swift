import Configuration
import Logging
import System
import TestSupport
import Testing

@testable import Daemon

@Suite("The program log")
struct ProgramLogHandlerTests {
  struct Case: CustomTestStringConvertible, Sendable {
    let name: String
    var time: Int64?
    let level: Logger.Level
    let message: String
    var fields: Logger.Metadata = [:]
    let line: String

    var testDescription: String { name }
  }

  @Test(
    "a fact is a line",
    arguments: [
      Case(
        name: "with its time", time: 1_795_231_440_123_456, level: .info,
        message: "ready workers=2", line: "2026-11-21T03:24:00.123Z info ready workers=2\n"),
      Case(
        name: "before 1970", time: -1, level: .error, message: "x",
        line: "1969-12-31T23:59:59.999Z error x\n"),
      Case(name: "for the journal", level: .info, message: "ready", line: "<6>info ready\n"),
      Case(name: "a warning there", level: .warning, message: "x", line: "<4>warning x\n"),
      Case(name: "critical there", level: .critical, message: "x", line: "<2>critical x\n"),
      Case(name: "trace there", level: .trace, message: "x", line: "<7>trace x\n"),
      Case(
        name: "metadata by name", level: .notice, message: "x",
        fields: ["b": "2 3", "a": "1"], line: "<5>notice x a=1 b=\"2 3\"\n"),
      Case(name: "a forged line", level: .error, message: "x\n<0>y", line: "<3>error x\\n<0>y\n"),
    ])
  func line(_ c: Case) {
    #expect(
      ProgramLogHandler.line(time: c.time, level: c.level, message: c.message, fields: c.fields)
        == c.line)
  }

  @Test("what is below the level is not written, and the level changes for all loggers")
  func level() throws {
    let directory = TemporaryDirectory()
    let sink = LogSink(output: try OutputFile(appendingTo: directory.file("log")))
    let (log, other) = (ProgramLog(sink: sink), ProgramLog(sink: sink))
    log.debug("one")
    log.info("two", ["a": "b"])
    other.level = .error
    log.warning("three")
    log.error("four")
    other.level = .debug
    log.debug("five")
    #expect(log.level == .debug)
    let lines = try #require(directory.contents("log")).split(separator: "\n")
    #expect(
      lines.map { $0.split(separator: " ", maxSplits: 1)[1] } == [
        "info two a=b", "error four", "debug five",
      ])
  }
}
