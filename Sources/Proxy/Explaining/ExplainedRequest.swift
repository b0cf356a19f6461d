public import Addressing
import Bytes
import HTTP1
import HTTPSemantics

/// A request that is not made, to find out what would become of it.
public struct ExplainedRequest: Sendable {
  /// Why there can be no such request.
  public struct Invalid: Error {
    public let message: String
    /// Whether it is the command line that is wrong.
    public var isUsage = false
  }

  public let isEncrypted: Bool
  /// The port that the URL names, or that its scheme stands for.
  public let port: UInt16
  /// `GET http://a.example/x`.
  public let summary: String
  let client: IPAddress?
  private let head: [UInt8]

  /// - Parameters:
  ///   - url: In full: `https://shop.example/cart?id=1`.
  ///   - fields: `Name: value`.
  ///   - client: Whom it comes from; nil: a unix socket.
  public init(
    method: String, url: String, fields: [String] = [], client: IPAddress? = nil
  ) throws(Invalid) {
    let scheme = ["http://", "https://"].first { url.utf8.starts(with: $0.utf8) }
    guard let scheme else {
      throw Invalid(message: "\(url): expected a URL that begins with http:// or https://")
    }
    let rest = url.utf8.dropFirst(scheme.utf8.count)
    let authority = rest.prefix { $0 != .slash && $0 != .question }
    var target = String(rest.dropFirst(authority.count)) ?? ""
    if target.utf8.first != .slash { target = "/" + target }
    isEncrypted = scheme == "https://"
    port =
      authority.last { $0 == .colon }.flatMap { _ in Self.port(authority) }
      ?? (isEncrypted ? 443 : 80)
    summary = "\(method) \(url)"
    self.client = client
    let lines = ["\(method) \(target) HTTP/1.1", "Host: \(String(authority) ?? "")"] + fields
    guard lines.allSatisfy({ !$0.utf8.contains(.carriageReturn) && !$0.utf8.contains(.lineFeed) })
    else { throw Invalid(message: "a request's lines have no line breaks in them") }
    head = Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8)
  }

  private static func port(_ authority: Substring.UTF8View) -> UInt16? {
    guard let colon = authority.lastIndex(of: .colon) else { return nil }
    return UInt16(Substring(authority[authority.index(after: colon)...]))
  }

  /// As a session would have read it.
  func parsed() throws(Invalid) -> Request {
    let request = Request(.http1)
    request.buffer = ByteBuffer(capacity: head.count)
    request.keep(head.span)
    var parser = RequestHeadParser(limits: HeadLimits())
    let isWhole: Bool
    do throws(RequestError) {
      isWhole = try parser.parse(head.span, into: &request.head)
    } catch {
      throw Invalid(message: "refused: \(error.status.rawValue) \(error.reason)")
    }
    guard isWhole else { throw Invalid(message: "the request is not whole") }
    do throws(TargetError) { try request.normalizePath() } catch {
      throw Invalid(message: "refused: 400 \(error.reason)")
    }
    request.from(client)
    return request
  }
}
