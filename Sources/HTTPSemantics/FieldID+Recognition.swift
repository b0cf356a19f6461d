import Bytes

extension FieldID {
  /// - Parameter name: A field name, in either case. The name of a pseudo-header field is ``other``
  ///   here: only HTTP/2 knows such names.
  public init(_ name: Span<UInt8>) {
    // By length first, then the commonest first: a few words are compared, no octet is hashed.
    // The lengths are split over three functions to keep each of them readable.
    switch name.count {
    case 2...7: self = Self.short(name)
    case 8...12: self = Self.medium(name)
    case 13...19: self = Self.long(name)
    default: self = .other
    }
  }

  private static func short(_ name: Span<UInt8>) -> FieldID {
    switch name.count {
    case 2:
      if name.equalsIgnoringCase("te") { return .te }
    case 3:
      if name.equalsIgnoringCase("via") { return .via }
      if name.equalsIgnoringCase("age") { return .age }
    case 4:
      if name.equalsIgnoringCase("host") { return .host }
      if name.equalsIgnoringCase("date") { return .date }
      if name.equalsIgnoringCase("etag") { return .etag }
      if name.equalsIgnoringCase("vary") { return .vary }
    case 5:
      if name.equalsIgnoringCase("range") { return .range }
    case 6:
      if name.equalsIgnoringCase("cookie") { return .cookie }
      if name.equalsIgnoringCase("accept") { return .accept }
      if name.equalsIgnoringCase("server") { return .server }
      if name.equalsIgnoringCase("origin") { return .origin }
      if name.equalsIgnoringCase("expect") { return .expect }
      if name.equalsIgnoringCase("pragma") { return .pragma }
    case 7:
      if name.equalsIgnoringCase("referer") { return .referer }
      if name.equalsIgnoringCase("expires") { return .expires }
      if name.equalsIgnoringCase("upgrade") { return .upgrade }
      if name.equalsIgnoringCase("trailer") { return .trailer }
    default: break
    }
    return .other
  }

  private static func medium(_ name: Span<UInt8>) -> FieldID {
    switch name.count {
    case 8:
      if name.equalsIgnoringCase("location") { return .location }
      if name.equalsIgnoringCase("if-match") { return .ifMatch }
      if name.equalsIgnoringCase("if-range") { return .ifRange }
    case 9:
      if name.equalsIgnoringCase("forwarded") { return .forwarded }
      if name.equalsIgnoringCase("x-real-ip") { return .xRealIP }
    case 10:
      if name.equalsIgnoringCase("connection") { return .connection }
      if name.equalsIgnoringCase("user-agent") { return .userAgent }
      if name.equalsIgnoringCase("set-cookie") { return .setCookie }
      if name.equalsIgnoringCase("keep-alive") { return .keepAlive }
      if name.equalsIgnoringCase("tracestate") { return .tracestate }
    case 11:
      if name.equalsIgnoringCase("traceparent") { return .traceparent }
      if name.equalsIgnoringCase("retry-after") { return .retryAfter }
    case 12:
      if name.equalsIgnoringCase("content-type") { return .contentType }
      if name.equalsIgnoringCase("x-request-id") { return .xRequestID }
      if name.equalsIgnoringCase("grpc-timeout") { return .grpcTimeout }
      if name.equalsIgnoringCase("max-forwards") { return .maxForwards }
    default: break
    }
    return .other
  }

  private static func long(_ name: Span<UInt8>) -> FieldID {
    switch name.count {
    case 13:
      if name.equalsIgnoringCase("cache-control") { return .cacheControl }
      if name.equalsIgnoringCase("authorization") { return .authorization }
      if name.equalsIgnoringCase("if-none-match") { return .ifNoneMatch }
      if name.equalsIgnoringCase("last-modified") { return .lastModified }
      if name.equalsIgnoringCase("content-range") { return .contentRange }
    case 14:
      if name.equalsIgnoringCase("http2-settings") { return .http2Settings }
      if name.equalsIgnoringCase("content-length") { return .contentLength }
    case 15:
      if name.equalsIgnoringCase("accept-encoding") { return .acceptEncoding }
      if name.equalsIgnoringCase("accept-language") { return .acceptLanguage }
      if name.equalsIgnoringCase("x-forwarded-for") { return .xForwardedFor }
    case 16:
      if name.equalsIgnoringCase("content-encoding") { return .contentEncoding }
      if name.equalsIgnoringCase("www-authenticate") { return .wwwAuthenticate }
      if name.equalsIgnoringCase("proxy-connection") { return .proxyConnection }
      if name.equalsIgnoringCase("x-forwarded-host") { return .xForwardedHost }
      if name.equalsIgnoringCase("x-forwarded-port") { return .xForwardedPort }
    case 17:
      if name.equalsIgnoringCase("x-forwarded-proto") { return .xForwardedProto }
      if name.equalsIgnoringCase("transfer-encoding") { return .transferEncoding }
      if name.equalsIgnoringCase("if-modified-since") { return .ifModifiedSince }
    case 18:
      if name.equalsIgnoringCase("proxy-authenticate") { return .proxyAuthenticate }
    case 19:
      if name.equalsIgnoringCase("if-unmodified-since") { return .ifUnmodifiedSince }
      if name.equalsIgnoringCase("proxy-authorization") { return .proxyAuthorization }
    default: break
    }
    return .other
  }
}
