import Bytes
import HTTPSemantics

/// A response that Portico gives itself.
struct OwnResponse {
  enum Content {
    /// The standard text for the status, in the form that the client accepts.
    case standard
    case fixed(type: String, body: String)
    case empty
  }

  let status: StatusCode
  var content = Content.standard
  /// Why it is an error, if it is one.
  var reason: Reason?
  /// Fields beside those that every answer has.
  var fields: [OwnField] = []
  /// Whether it is an error of gRPC, which has its status in what are trailers to gRPC.
  var isTrailersOnly = false

  /// Appends the content to `output`.
  ///
  /// - Returns: The value of `Content-Type`; nil without content.
  func writeContent(for request: Request, into output: inout OutputBuffer) -> [UInt8]? {
    switch content {
    case .empty: return nil
    case .fixed(let type, let body):
      output.append(body)
      return Array(type.utf8)
    case .standard:
      let form = request.withBytes { bytes in
        guard let line = request.head.fields.first(.accept) else { return OwnAnswer.Form.text }
        return OwnAnswer.form(accept: bytes[line.value])
      }
      OwnAnswer.write(status, reason: reason, form: form, into: &output)
      return Array(form.contentType.description.utf8)
    }
  }

  /// The value of `Portico-Reason`; nil where clients are not to know, or there is nothing to know.
  func reasonField(for listener: ListenerRuntime) -> String? {
    listener.addsReason ? reason?.rawValue : nil
  }

  /// Whether `Content-Length` says how long the content is, be it empty.
  var statesLength: Bool {
    status != .noContent && status != .notModified && !isTrailersOnly
  }
}

/// A field of an answer of our own.
struct OwnField {
  let name: StaticString
  let value: [UInt8]

  init(_ name: StaticString, _ value: [UInt8]) {
    self.name = name
    self.value = value
  }

  init(_ name: StaticString, _ value: String) { self.init(name, Array(value.utf8)) }
}
