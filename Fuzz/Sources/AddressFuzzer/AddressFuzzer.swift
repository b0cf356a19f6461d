import Addressing
import Bytes
import FuzzSupport

/// No trap; what was parsed and written parses as the same; a backend's address can be listened on,
/// or is a name.
@main
enum AddressFuzzer {
  static func main() {
    _ = unsafe fuzz { start, count in
      let bytes = unsafe FuzzInput(start, count).bytes
      let text = String(decoding: bytes, as: UTF8.self)
      checkAddress(text)
      checkBlock(text)
      checkListening(text)
      checkBackend(text)
      return 0
    }
  }
}

private func checkAddress(_ text: String) {
  FuzzInput.require(
    IPAddress(text) == IPAddress(parsing: Array(text.utf8).span), "text and octets differ")
  guard let address = IPAddress(text) else { return }
  FuzzInput.require(IPAddress(address.description) == address, "written, it is another address")
  FuzzInput.require(CIDRBlock(address).contains(address), "a block is without its own address")
}

private func checkBlock(_ text: String) {
  guard let block = try? CIDRBlock(parsing: text) else { return }
  FuzzInput.require(block.contains(block.address), "a block is without its own address")
  FuzzInput.require(
    (try? CIDRBlock(parsing: block.description)) == block, "written, it is another block")
}

private func checkListening(_ text: String) {
  guard let endpoints = try? Endpoint.listening(on: text) else { return }
  FuzzInput.require(!endpoints.isEmpty, "nothing to listen on")
  for endpoint in endpoints {
    FuzzInput.require(
      (try? Endpoint.listening(on: endpoint.description)) == [endpoint],
      "written, it is another endpoint")
  }
}

private func checkBackend(_ text: String) {
  guard let endpoint = try? Endpoint.backend(text) else { return }
  FuzzInput.require(
    (try? Endpoint.backend(endpoint.description)) == endpoint, "written, it is another backend")
  if case .name = endpoint { return }
  FuzzInput.require(
    (try? Endpoint.listening(on: text)) == [endpoint], "to listen on, it is another endpoint")
}
