/// The fields that the proxy has a rule for. All others are ``other``.
///
/// There are fewer than 64, so that a set of them is one word: see ``FieldSection/contains(_:)``.
public enum FieldID: UInt8, Sendable, CaseIterable {
  case other
  // Connection-level (RFC 9110 §7.6.1) and framing.
  case connection, keepAlive, proxyConnection, te, transferEncoding, upgrade, http2Settings
  case contentLength, trailer
  // Routing and forwarding.
  case host, expect, maxForwards, via, forwarded
  case xForwardedFor, xForwardedProto, xForwardedHost, xForwardedPort, xRealIP, xRequestID
  case traceparent, tracestate
  // Authentication and state.
  case authorization, proxyAuthorization, wwwAuthenticate, proxyAuthenticate, cookie, setCookie
  // Request modifiers.
  case accept, acceptEncoding, acceptLanguage, cacheControl, pragma, range
  case ifMatch, ifNoneMatch, ifModifiedSince, ifUnmodifiedSince, ifRange
  case origin, referer, userAgent
  // Response control data, and what says how to read the content.
  case age, date, expires, location, retryAfter, server, vary
  case contentEncoding, contentRange, contentType, etag, lastModified
  case grpcTimeout
  // The pseudo-header fields of HTTP/2 (RFC 9113 §8.3, RFC 8441 §4); their names begin with a
  // colon.
  case methodPseudo, schemePseudo, authorityPseudo, pathPseudo, protocolPseudo, statusPseudo
}

extension FieldID {
  /// Whether it is control data of HTTP/2, which is no field of the message.
  public var isPseudo: Bool { rawValue >= FieldID.methodPseudo.rawValue }

  /// Whether the field is about one connection and is never forwarded (RFC 9110 §7.6.1).
  ///
  /// `Trailer` is not: it is forwarded with the trailers that it announces. Neither are
  /// `Proxy-Authenticate` and `Proxy-Authorization`: Portico demands none, so they are not for it.
  public var isHopByHop: Bool {
    switch self {
    case .connection, .keepAlive, .proxyConnection, .te, .transferEncoding, .upgrade,
      .http2Settings:
      true
    default: false
    }
  }

  /// Whether RFC 9110 §6.5.1 keeps the field out of trailers: message framing, routing, request
  /// modifiers, authentication, response control data, and what says how to read the content.
  public var isForbiddenInTrailers: Bool {
    switch self {
    case .other, .accept, .acceptEncoding, .acceptLanguage, .etag, .lastModified, .origin,
      .referer, .server, .traceparent, .tracestate, .userAgent, .xRequestID:
      false
    default: true
    }
  }
}
