import Addressing
import FuzzSupport
import Names

/// No trap; what a message lacks at its end is missed or was not needed; what was read is of the
/// type that was asked for, and written again it is read as the same; nothing in a hosts file hides
/// its other lines.
///
/// An input is an octet that chooses the type of records, and a message or a file.
@main
enum NameFuzzer {
  static func main() {
    _ = unsafe fuzz { start, count in
      let bytes = unsafe FuzzInput(start, count).bytes
      guard let first = bytes.first else { return 0 }
      let rest = Array(bytes.dropFirst())
      let type = RecordType.allCases[Int(first) % RecordType.allCases.count]
      checkAnswer(rest, type)
      checkHosts(rest)
      return 0
    }
  }
}

private func checkAnswer(_ message: [UInt8], _ type: RecordType) {
  let answer = NameAnswer(message: message.span, type: type)
  for end in stride(from: 0, to: message.count, by: 5) {
    let cut = NameAnswer(message: message.span.extracting(0..<end), type: type)
    FuzzInput.require(
      cut == answer || cut == .failed(.malformedAnswer), "cut short, it is another answer")
  }
  guard case .records(let records, let seconds) = answer else { return }
  FuzzInput.require(seconds >> 31 == 0, "it lives for longer than can be")
  var again = AnswerMessage()
  switch records {
  case .addresses(let addresses):
    let family: IPAddress.Family = type == .a ? .v4 : .v6
    FuzzInput.require(!addresses.isEmpty && type != .srv, "there is no address in it")
    FuzzInput.require(addresses.allSatisfy { $0.family == family }, "of another family")
    for address in addresses { again.add(address, seconds) }
  case .services(let services):
    FuzzInput.require(!services.isEmpty && type == .srv, "there is no service in it")
    for service in services {
      FuzzInput.require(service.port > 0, "nobody can connect to it")
      FuzzInput.require(isHostName(service.target.utf8), "its host has no name")
      again.add(service, seconds)
    }
  }
  FuzzInput.require(
    NameAnswer(message: again.octets.span, type: type) == answer, "written again, it is another")
}

private func checkHosts(_ text: [UInt8]) {
  let line = Array("\n10.9.8.7 Behind.example\n".utf8)
  FuzzInput.require(
    HostsFile(text + line).addresses(of: "behind.example").contains(IPAddress(v4: 0x0A09_0807)),
    "a line is hidden by those before it")
}
