import Bytes
import Configuration
import EventLoop
import HTTPSemantics

// Calls of gRPC: exchanges with a deadline of the client's and errors in a form of their own.
extension Exchange {
  /// Whether the request looks like a call, whatever its route says.
  func isGRPCByType(_ request: Request) -> Bool {
    guard request.version == .http2, request.head.fields.contains(.contentType),
      let line = request.head.fields.first(.contentType)
    else { return false }
    return request.withBytes { GRPC.isCall(contentType: $0[line.value]) }
  }

  /// Takes the route's word on whether the request is a call, and the call's on how long it may
  /// take.
  func prepareGRPC(_ request: Request, _ cluster: ClusterRuntime, _ route: RouteRuntime) {
    switch route.grpc {
    case .auto: break
    case .always: request.isGRPC = true
    case .never: request.isGRPC = false
    }
    guard request.isGRPC else { return }
    mayBeSilent = true
    guard let line = request.head.fields.first(.grpcTimeout),
      let timeout = request.withBytes({ GRPC.timeout($0[line.value]) })
    else { return }
    let longest = route.grpcMaxTimeout ?? cluster.grpcMaxTimeout
    deadline = min(deadline, state.loop.now + min(timeout, longest))
  }

  /// Tells a caller of an error.
  func failCall<Client: DownstreamStream>(_ response: OwnResponse, _ client: Client) async {
    log.status = response.status
    do throws(ProxyError) {
      try await client.answer(response)
    } catch {
      client.cutResponse()
    }
  }
}
