import Bytes
import Configuration
import EventLoop
import HTTP2
import HTTPSemantics

// By HTTP/2: one stream of a connection of its own.
extension HealthProbe {
  /// What has come of the answer.
  private struct Answer {
    var status: UInt16?
    var grpcStatus: UInt64?
    var content: [UInt8] = []
    var isOver = false
  }

  func askByHTTP2(_ transport: Transport) async throws(Failure) {
    var engine = BackendHTTP2Plan(plan.terms).engine(at: loop.now)
    guard let slot = engine.openStream(), engine.beginHead(slot) else {
      throw Failure("no_stream")
    }
    writeRequest(slot, into: &engine)
    var answer = Answer()
    let buffer = ByteBuffer(capacity: Self.mostOctets)
    var count = 0
    while !answer.isOver {
      let octets = engine.output.array
      engine.output.removeAll()
      if !octets.isEmpty { try await send(transport, octets) }
      engine.outputFlushed()
      let more = try await receive(transport, into: buffer, from: count)
      guard more > 0 else { throw Failure("closed") }
      count += more
      let position = try take(from: buffer, count, slot, &engine, &answer)
      buffer.move(position..<count, to: 0)
      count -= position
    }
    try judge(answer)
  }

  private func writeRequest(_ slot: StreamSlot, into engine: inout HTTP2Connection) {
    let isCall = plan.config.kind == .grpc
    let method = isCall ? "POST" : "GET"
    let path = isCall ? "/grpc.health.v1.Health/Check" : plan.config.path
    let scheme = plan.encryptionDigest == nil ? "http" : "https"
    engine.encode(pseudo: .methodPseudo, method.utf8.span)
    engine.encode(pseudo: .schemePseudo, scheme.utf8.span)
    engine.encode(pseudo: .authorityPseudo, plan.host.utf8.span)
    engine.encode(pseudo: .pathPseudo, path.utf8.span)
    let agent = "portico-health"
    engine.writeField(.userAgent, "user-agent", value: agent.utf8.span)
    if isCall {
      engine.writeField(.contentType, "content-type", "application/grpc")
      engine.writeField(.te, "te", "trailers")
    }
    engine.endHead(slot, endsStream: !isCall)
    // The message is far smaller than the window that every stream begins with.
    if isCall {
      let message = plan.grpcMessage
      _ = engine.writeData(slot, message.span, endsStream: true, limit: message.count)
    }
  }

  /// - Returns: How many octets have been dealt with.
  private func take(
    from buffer: ByteBuffer, _ count: Int, _ slot: StreamSlot, _ engine: inout HTTP2Connection,
    _ answer: inout Answer
  ) throws(Failure) -> Int {
    var position = 0
    while !answer.isOver {
      let event: HTTP2Connection.Event
      do throws(ConnectionError) {
        event = try engine.receive(
          buffer.span.extracting(0..<count), at: &position, now: loop.now.microseconds)
      } catch {
        throw Failure("\(error.reason)")
      }
      switch event {
      case .needMoreOctets: return position
      case .response(slot):
        guard !engine.responseHead.isInterim else { continue }
        answer.status = engine.responseHead.status
        noteStatus(
          engine.responseHead.fields, engine.headOctets.span, &answer)
        if plan.config.kind == .http, plan.isEnough([]) { answer.isOver = true }
      case .data(slot, let range): add(range, of: buffer, to: &answer)
      case .trailers(slot):
        let trailers = engine.trailers
        noteStatus(trailers.fields, trailers.octets.span, &answer)
      case .end(slot): answer.isOver = true
      case .reset(slot, let code): throw Failure("reset_\(code)")
      case .failed(slot, let error): throw Failure("\(error.reason)")
      case .goAway(let last, let code):
        if last < engine.streamID(slot) { throw Failure("goaway_\(code)") }
      case .request, .response, .trailers, .data, .end, .reset, .failed, .refused,
        .sendWindowOpened, .priorityChanged, .settingsReceived, .settingsAcknowledged,
        .pingAcknowledged:
        continue
      }
    }
    return position
  }

  private func noteStatus(
    _ fields: FieldSection, _ bytes: Span<UInt8>, _ answer: inout Answer
  ) {
    for line in fields.lines where bytes[line.name].equalsIgnoringCase("grpc-status") {
      answer.grpcStatus = bytes[line.value].decimalValue
    }
  }

  private func add(_ range: Range<Int>, of buffer: ByteBuffer, to answer: inout Answer) {
    let bytes = buffer.span
    let seen = answer.content.count
    for index in range { answer.content.append(bytes[index]) }
    // The windows are not given back: enough has come.
    if answer.content.count >= Self.mostContent { answer.isOver = true }
    if plan.config.kind == .http, plan.isEnough(answer.content, after: seen) {
      answer.isOver = true
    }
  }

  private func judge(_ answer: Answer) throws(Failure) {
    guard let status = answer.status else { throw Failure("no_answer") }
    guard plan.config.kind == .grpc else {
      return try judge(status: status, content: answer.content)
    }
    guard status == 200 else { throw Failure("status_\(status)") }
    guard answer.grpcStatus == 0 else {
      throw Failure("grpc_status_\(answer.grpcStatus.map { "\($0)" } ?? "missing")")
    }
    guard HealthPlan.isServing(answer.content) else { throw Failure("not_serving") }
  }
}
