import Bytes
import FuzzSupport
import HTTPSemantics

/// No trap; a normal form is its own normal form and leaves no way above the root; an authority
/// covers all of its octets.
@main
enum RequestTargetFuzzer {
  static func main() {
    _ = unsafe fuzz { start, count in
      check(unsafe FuzzInput(start, count).bytes)
      return 0
    }
  }
}

private func check(_ bytes: [UInt8]) {
  checkPath(bytes)
  checkAuthority(bytes)
}

private func checkPath(_ path: [UInt8]) {
  var normal: [UInt8] = []
  do throws(TargetError) {
    try PathNormalizer.normalize(path.span, into: &normal)
  } catch {
    FuzzInput.require(PathNormalizer.needsWork(path.span), "a path that is refused needs no work")
    return
  }
  FuzzInput.require(normal.first == .slash, "a normal form that is not absolute")
  FuzzInput.require(
    PathNormalizer.needsWork(path.span) || normal == path, "a path that changes needs no work")
  for segment in normal.split(separator: .slash) {
    FuzzInput.require(
      segment != [.period] && segment != [.period, .period], "a dot segment is left")
  }
  var again: [UInt8] = []
  do throws(TargetError) {
    try PathNormalizer.normalize(normal.span, into: &again)
  } catch {
    fatalError("a normal form is refused")
  }
  FuzzInput.require(again == normal, "a normal form has another one")
}

private func checkAuthority(_ bytes: [UInt8]) {
  guard let authority = try? Authority(bytes.span) else { return }
  let host = authority.host.range
  FuzzInput.require(host.lowerBound == 0 && !host.isEmpty, "a host that does not start it")
  FuzzInput.require(
    host.upperBound == bytes.count || bytes[host.upperBound] == .colon, "a host that ends early")
  for byte in bytes[host] {
    FuzzInput.require(byte > 0x20 && byte < 0x7F && byte != .at && byte != .slash, "a bad host")
  }
}
