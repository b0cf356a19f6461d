import CLinux
import Glibc

/// The terminal that standard output may be.
public enum Terminal {
  /// Lines that it shows; nil when standard output is none.
  public static var rows: Int? {
    let rows = Int(clinux_terminal_rows(STDOUT_FILENO))
    return rows > 0 ? rows : nil
  }

  /// `text` as the whole of what a terminal shows, cut to its height; as it is for anything else.
  public static func framed(_ text: String) -> String {
    guard let rows else { return text + "\n" }
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).prefix(rows - 1)
    // Written over what is there, and only then cleared behind: it does not flicker.
    return "\u{1B}[H" + lines.map { $0 + "\u{1B}[K\n" }.joined() + "\u{1B}[J"
  }
}
