import Bytes
import EventLoop
import HTTP1
import HTTP2
import HTTPSemantics

// The door from HTTP/1.1 to HTTP/2 in clear text, `h2c` (RFC 7540 §3.2; deprecated by RFC 9113
// §3.1).
extension HTTP1Session {
  /// Switches to HTTP/2 if the request that has come asks for it as it must, and if it may.
  ///
  /// - Returns: nil if the request is to be served as HTTP/1.1.
  func upgradeToHTTP2() -> HTTP2Session? {
    // With content the request is served as it is: some clients ask for an upgrade with every one.
    guard request.head.namesHTTP2Settings, listener.http2.allowsUpgrade, !request.hasContent,
      connection.transport.tls == nil,
      let buffer = input.buffer, let payload = http2Settings(buffer)
    else { return nil }
    do throws(ConnectionError) {
      let engine = try listener.http2.engine(upgradedWith: payload.span, at: state.loop.now)
      guard sendSwitch() else { return nil }
      request.buffer = buffer
      request.base = input.unread.lowerBound
      let session = HTTP2Session(connection, input: input, engine: engine)
      session.adopt(request)
      input.consume(request.head.length)
      connection.requests += 1
      state.statistics.requests += 1
      return session
    } catch {
      return nil
    }
  }

  /// What `HTTP2-Settings` holds, if there is exactly one and `Upgrade` names `h2c`.
  private func http2Settings(_ buffer: ByteBuffer) -> [UInt8]? {
    guard let line = request.head.fields.only(.http2Settings) else { return nil }
    let bytes = buffer.span.extracting(input.unread)
    guard request.head.fields.lists("h2c", in: .upgrade, bytes) else { return nil }
    return HTTP2SettingsField.decode(bytes[line.value])
  }

  /// - Returns: false if the client has not read what it was answered before: nothing of this may
  ///   be left to go out later, amid what it is answered now.
  private func sendSwitch() -> Bool {
    state.output.removeAll()
    state.output.append(
      "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n")
    do throws(TransportError) {
      let count = try output.send(Span(), isChunked: false, isEnd: true)
      guard output.hasUnsent else { return true }
      output.discard()
      // Nothing can follow a part of it.
      if count > 0 { connection.transport.shutDown() }
      return false
    } catch {
      return false
    }
  }
}
