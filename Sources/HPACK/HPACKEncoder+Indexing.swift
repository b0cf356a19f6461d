public import HTTPSemantics

extension HPACKEncoder {
  /// What becomes of a field of an ordinary message.
  ///
  /// Those that hold secrets are never indexed, since whoever can add fields to the same connection
  /// could find them out by the lengths of blocks (RFC 7541 §7.1). Those whose values vary are
  /// literals, since they would push out what does not. The rest is indexed.
  ///
  /// - Parameters:
  ///   - isNeverIndexed: Whether it came to us so, and hence has to go on so.
  ///   - isRepeated: Whether this very field has come before: then it is no value that varies.
  public static func indexing(
    of id: FieldID, valueOctets: Int, isNeverIndexed: Bool, isRepeated: Bool = false
  ) -> Indexing {
    if isNeverIndexed { return .neverIndexed }
    switch id {
    case .authorization, .proxyAuthorization, .setCookie: return .neverIndexed
    // A long one is beyond guessing.
    case .cookie: return valueOctets < 20 ? .neverIndexed : .indexed
    case .pathPseudo, .contentLength, .contentRange, .range, .age, .expires, .lastModified,
      .etag, .ifMatch, .ifNoneMatch, .ifModifiedSince, .ifUnmodifiedSince, .ifRange, .location,
      .referer, .retryAfter, .grpcTimeout, .traceparent, .tracestate, .xRequestID, .forwarded,
      .xForwardedFor, .xRealIP:
      return isRepeated ? .indexed : .literal
    // `.date` among them: it varies, but holds for all responses of a second.
    case .other, .connection, .keepAlive, .proxyConnection, .te, .transferEncoding, .upgrade,
      .http2Settings, .trailer, .host, .expect, .maxForwards, .via, .wwwAuthenticate,
      .proxyAuthenticate, .accept, .acceptEncoding, .acceptLanguage, .cacheControl, .pragma,
      .origin, .userAgent, .server, .vary, .contentEncoding, .contentType, .methodPseudo,
      .schemePseudo, .authorityPseudo, .protocolPseudo, .statusPseudo, .date, .xForwardedProto,
      .xForwardedHost, .xForwardedPort:
      return .indexed
    }
  }
}
