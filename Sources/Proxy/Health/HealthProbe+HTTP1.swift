import Bytes
import Configuration
import EventLoop
import HTTP1
import HTTPSemantics

// By HTTP/1.1.
extension HealthProbe {
  func askByHTTP1(_ transport: Transport) async throws(Failure) {
    let request =
      "GET \(plan.config.path) HTTP/1.1\r\nHost: \(plan.host)\r\nUser-Agent: portico-health\r\n"
      + "Accept: */*\r\nConnection: close\r\n\r\n"
    try await send(transport, Array(request.utf8))
    let buffer = ByteBuffer(capacity: Self.mostOctets)
    var count = 0
    var position = 0
    let head = try await receiveHead(transport, buffer, &count, &position)
    let content =
      plan.config.body.isEmpty
      ? [] : try await receiveContent(transport, head.framing, buffer, &count, &position)
    try judge(status: head.status, content: content)
  }

  /// - Parameters:
  ///   - count: Octets in the buffer.
  ///   - position: Where in it the content begins, in the end.
  private func receiveHead(
    _ transport: Transport, _ buffer: ByteBuffer, _ count: inout Int, _ position: inout Int
  ) async throws(Failure) -> ResponseHead {
    var parser = ResponseHeadParser(limits: .response)
    var head = ResponseHead()
    while true {
      let isWhole: Bool
      do throws(ResponseError) {
        isWhole = try parser.parse(
          buffer.span.extracting(position..<count), requestMethod: .get, into: &head)
      } catch {
        throw Failure("\(error.reason)")
      }
      if isWhole {
        position += head.length
        if !head.isInterim { return head }
        parser.reset()
        continue
      }
      guard count < buffer.capacity else { throw Failure("head_too_large") }
      let more = try await receive(transport, into: buffer, from: count)
      guard more > 0 else { throw Failure("closed") }
      count += more
    }
  }

  /// The content as far as it matters.
  private func receiveContent(
    _ transport: Transport, _ framing: MessageFraming, _ buffer: ByteBuffer, _ count: inout Int,
    _ position: inout Int
  ) async throws(Failure) -> [UInt8] {
    var decoder = BodyDecoder(framing)
    var content: [UInt8] = []
    while true {
      let event: BodyDecoder.Event
      do throws(BodyError) {
        event = try decoder.next(in: buffer.span.extracting(0..<count), at: &position)
      } catch {
        throw Failure("\(error.reason)")
      }
      switch event {
      case .end: return content
      case .data(let range):
        let bytes = buffer.span
        let seen = content.count
        for index in range { content.append(bytes[index]) }
        if content.count >= Self.mostContent || plan.isEnough(content, after: seen) {
          return content
        }
      case .needMoreBytes:
        guard count < buffer.capacity else { return content }
        let more = try await receive(transport, into: buffer, from: count)
        guard more > 0 else { return content }
        count += more
      }
    }
  }
}
