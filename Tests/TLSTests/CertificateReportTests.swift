import TLS
import Testing

@Suite("What is wrong with a certificate")
struct CertificateReportTests {
  struct Case: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let change: @Sendable (inout CertificateIssuer.Request) -> Void
    let expected: [String]
  }

  static let cases = [
    Case(testDescription: "nothing", change: { _ in }, expected: []),
    Case(
      testDescription: "expired",
      change: { ($0.notBefore, $0.notAfter) = (-20 * 86400, -10 * 86400) },
      expected: ["error: the certificate has expired 10 days ago"]),
    Case(
      testDescription: "not valid yet", change: { $0.notBefore = 86400 },
      expected: ["error: the certificate is not valid yet"]),
    Case(
      testDescription: "expiring", change: { $0.notAfter = 86400 * 29 + 60 },
      expected: ["warning: the certificate expires in 29 days"]),
    Case(
      testDescription: "a small key",
      change: {
        $0.key = .rsa
        $0.bits = 1024
      }, expected: ["error: the certificate has a key of 1024 bits only"]),
    Case(
      testDescription: "no names", change: { $0.names = [] },
      expected: ["warning: the certificate has no subjectAltName, which clients go by"]),
    Case(
      testDescription: "a star inside", change: { $0.names = ["DNS:www.*.example"] },
      expected: ["warning: 'www.*.example': a wildcard stands for the first label only"]),
  ]

  private func request(_ name: String = "a.example") -> CertificateIssuer.Request {
    var request = TestAuthority.request([name])
    request.notAfter = 90 * 86400
    return request
  }

  private func texts(_ report: CertificateReport) -> [String] {
    report.problems.map { "\($0.severity): \($0.text)" }
  }

  @Test("is told in words", arguments: cases)
  func tells(_ example: Case) throws {
    var rootRequest = CertificateIssuer.Request("Root")
    rootRequest.isAuthority = true
    rootRequest.notAfter = 90 * 86400
    let root = try CertificateIssuer(selfSigned: rootRequest)
    var request = request()
    example.change(&request)
    let leaf = try root.issue(request)
    let now = leaf.certificate.notBefore - request.notBefore
    let pem = Array((leaf.certificate.pem + root.certificate.pem).utf8)
    let report = try CertificateReport(pem: pem, key: leaf.pair.key, now: now)
    #expect(
      texts(report)
        == example.expected + ["warning: the chain ends with its root, which need not be sent"])
  }

  @Test("is that it is alone, in disorder, or without its key")
  func tellsOfChains() throws {
    var rootRequest = CertificateIssuer.Request("Root")
    rootRequest.isAuthority = true
    rootRequest.notAfter = 90 * 86400
    let root = try CertificateIssuer(selfSigned: rootRequest)
    rootRequest.commonName = "Middle"
    let middle = try root.issue(rootRequest)
    let leaf = try middle.issue(request())
    let now = leaf.certificate.notBefore + 7200
    func report(_ chain: CertificateIssuer..., key: [UInt8]? = nil) throws -> [String] {
      let pem = Array(chain.map(\.certificate.pem).joined().utf8)
      return texts(try CertificateReport(pem: pem, key: key, now: now))
    }
    let unknownRoot =
      "warning: the chain is not complete, or of an authority of your own: "
      + "the system knows no certificate of "
    #expect(try report(leaf) == [unknownRoot + "'CN=Middle'"])
    #expect(try report(leaf, middle) == [unknownRoot + "'CN=Root'"])
    #expect(
      try report(leaf, root) == [
        "error: certificate 2 of the chain has not signed the one before it",
        "warning: the chain ends with its root, which need not be sent",
      ])
    #expect(
      try report(middle, leaf) == [
        "warning: the certificate has no subjectAltName, which clients go by",
        "error: the file begins with an authority, not with the certificate itself",
        "error: certificate 2 of the chain has not signed the one before it",
        unknownRoot + "'CN=Middle'",
      ])
    #expect(
      try report(leaf, middle, key: root.pair.key).first
        == "error: the private key does not fit the certificate")
    let alone = try CertificateIssuer(selfSigned: request())
    #expect(
      try report(alone) == [
        "warning: the certificate is self-signed: only who has it will trust it"
      ])
  }

  @Test("counts the days of the certificate that goes first")
  func countsDays() throws {
    let alone = try CertificateIssuer(selfSigned: request())
    let report = try CertificateReport(pem: alone.authority, key: nil, now: 0)
    let end = alone.certificate.notAfter
    #expect(report.daysLeft(now: end - 86400 * 5) == 5)
    #expect(report.daysLeft(now: end - 1) == 0)
    #expect(report.daysLeft(now: end + 1) == -1)
  }
}
