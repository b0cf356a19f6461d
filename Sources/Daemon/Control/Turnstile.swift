/// Lets one task of the control loop through at a time, in the order in which they came.
final class Turnstile {
  private var isTaken = false
  private var waiting: [CheckedContinuation<Void, Never>] = []

  /// Waits until nobody else is inside. Who has entered leaves.
  func enter() async {
    guard isTaken else { return isTaken = true }
    await withCheckedContinuation { waiting.append($0) }
  }

  func leave() {
    if waiting.isEmpty {
      isTaken = false
    } else {
      // Taken still: by the next one.
      waiting.removeFirst().resume()
    }
  }
}
