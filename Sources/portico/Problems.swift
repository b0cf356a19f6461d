import Configuration
import Daemon
import System

/// Prints problems, one on each line, whatever a file says in its keys and values.
func show(_ problems: [ConfigurationProblem], to output: consuming OutputFile = .standardOutput) {
  say(problems.map { LogText.oneLine($0.description) + "\n" }.joined(), to: output)
}
