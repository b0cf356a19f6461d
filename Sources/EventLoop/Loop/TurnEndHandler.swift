/// What has something to do when all tasks of a turn have run: what many of them have written goes
/// out in one system call.
public protocol TurnEndHandler: AnyObject {
  /// Called on the loop. May make tasks ready; those run in the next turn.
  func turnEnded()
}
