/// Why a question has no answer that is of use.
public enum NameFailure: String, Error, CaseIterable, Sendable {
  /// NXDOMAIN.
  case noSuchName = "no_such_name"
  /// The name exists, without records of the type, or with none that can be connected to.
  case noRecords = "no_records"
  /// SERVFAIL.
  case serverFailure = "server_failure"
  /// REFUSED, NOTIMP or FORMERR.
  case refused
  case timeout
  /// No server can be reached; or those that can have failed or refused, which older versions of
  /// c-ares do not tell apart.
  case noServer = "no_server"
  /// What came is no answer to what was asked.
  case malformedAnswer = "malformed_answer"
  /// No memory or no descriptor to ask with.
  case noResources = "no_resources"

  /// Whether a server has said so, instead of failing to say anything.
  var isAnswer: Bool {
    switch self {
    case .noSuchName, .noRecords: true
    case .serverFailure, .refused, .timeout, .noServer, .malformedAnswer, .noResources: false
    }
  }
}
