public import Configuration
public import Proxy

/// What would become of a request, as text; opens what the configuration names for secrets.
public func explain(
  _ request: ExplainedRequest, listener: String?, in routing: RoutingConfig
) throws(ExplainedRequest.Invalid) -> String {
  let secrets = loadSecrets(of: routing, from: DiskFiles()).secrets
  let explanation = try Explanation(
    of: request, listener: listener, in: routing, secrets: secrets)
  return explanation.lines.map { $0 + "\n" }.joined()
}
