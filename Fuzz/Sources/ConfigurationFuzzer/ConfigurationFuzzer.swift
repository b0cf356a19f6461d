import Configuration
import FuzzSupport

/// No trap; the same file has the same problems; an error refuses it and nothing else does; every
/// problem has a place in its file; an empty line more moves the problems and changes nothing.
///
/// An input is the main file and up to two that it can include, `a.json` and `b.json`, with 0xFF,
/// which no text has, between them.
@main
enum ConfigurationFuzzer {
  static func main() {
    _ = unsafe fuzz { start, count in
      check(unsafe FuzzInput(start, count))
      return 0
    }
  }
}

private func check(_ input: FuzzInput) {
  let files = InputFiles(input.bytes)
  let result = loadConfiguration(at: InputFiles.main, from: files)
  FuzzInput.require(
    (result.snapshot == nil) == result.problems.contains { $0.severity == .error },
    "an error is not what refuses it")
  for problem in result.problems {
    FuzzInput.require(files.hold(problem.location), "a problem has no place")
  }
  let again = loadConfiguration(at: InputFiles.main, from: files)
  FuzzInput.require(again.problems == result.problems, "read again, it has other problems")
  FuzzInput.require(
    again.snapshot?.contentHash == result.snapshot?.contentHash, "read again, it is another one")
  checkMoved(files, result)
}

/// A byte order mark is one at the beginning only, and where an empty file has no object, it has
/// none in its second line either.
private func checkMoved(_ files: InputFiles, _ result: ConfigurationResult) {
  guard let main = files.contents[InputFiles.main], !main.starts(with: [0xEF, 0xBB, 0xBF]),
    main.contains(where: { $0 > 0x20 })
  else { return }
  var moved = files
  moved.contents[InputFiles.main] = [0x0A] + main
  let outcome = loadConfiguration(at: InputFiles.main, from: moved)
  FuzzInput.require(outcome.problems.count == result.problems.count, "moved, it has other problems")
  for (problem, before) in zip(outcome.problems, result.problems) {
    var expected = before.location
    if expected.file == InputFiles.main, expected.line > 0 { expected.line += 1 }
    // The beginning stands for the document too, which lacks something.
    let isOfDocument = before.location.line == 1 && before.location.column == 1
    FuzzInput.require(
      problem.location == expected || isOfDocument && problem.location == before.location,
      "a problem has not moved along")
    FuzzInput.require(problem.path == before.path, "a problem is at another path")
  }
}
