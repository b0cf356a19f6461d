import Bytes

/// Where the tasks of a loop wait: an actor whose executor runs nothing.
///
/// A task that hops to it leaves its job at the door, which hands it to the point that the task
/// waits at; the loop runs the job when that wait has ended. A continuation would do, but it takes
/// the task's lock and looks for the task's preferred executor at every step of the way, a twelfth
/// of the instructions of a small request.
///
/// To be in the room is to be on the loop: jobs of both run on the loop's thread, one at a time.
actor WaitingRoom {
  private let door: Door
  private var stays: UInt64 = 0

  init(_ door: Door) { self.door = door }

  nonisolated var unownedExecutor: UnownedSerialExecutor {
    unsafe door.asUnownedSerialExecutor()
  }

  /// Suspends the calling task until somebody runs the job that the door has got.
  ///
  /// Something has to be done in the room, or the compiler would find that nobody need go there.
  func stay() { stays &+= 1 }

  /// The executor of the room.
  ///
  /// `@unchecked Sendable`: tasks come to it from the loop, on whose thread alone it is used.
  final class Door: SerialExecutor, @unchecked Sendable {
    /// Where the task waits that comes next; nil if that is for the next turn.
    private let next = Cell<WaitPoint?>(wrappedValue: nil)
    /// Those that wait for the next turn.
    let nextTurn = Slot<[UnownedJob]>([])

    /// Whom the job that comes next is for.
    func expect(for point: WaitPoint) { next.wrappedValue = point }

    func enqueue(_ job: consuming ExecutorJob) {
      let job = UnownedJob(job)
      if let point = next.exchange(nil) {
        point.keep(job)
      } else {
        nextTurn.value.append(job)
      }
    }

    func asUnownedSerialExecutor() -> UnownedSerialExecutor {
      unsafe UnownedSerialExecutor(ordinary: self)
    }
  }
}
