import Bytes
import HTTPSemantics

/// An entry of the static table.
struct StaticEntry: Sendable {
  let name: StaticString
  let value: StaticString
  let id: FieldID

  init(_ name: StaticString, _ value: StaticString, _ id: FieldID) {
    (self.name, self.value, self.id) = (name, value, id)
  }
}

/// The static table (RFC 7541 §2.3.1, Appendix A), and what an encoder finds in it.
enum StaticTable {
  /// Entries in the table: the index of the last one.
  static let count = 61

  /// The entries by their index. Nothing has the index 0.
  static let entries: InlineArray<62, StaticEntry> = [
    StaticEntry("", "", .other),
    StaticEntry(":authority", "", .authorityPseudo),
    StaticEntry(":method", "GET", .methodPseudo),
    StaticEntry(":method", "POST", .methodPseudo),
    StaticEntry(":path", "/", .pathPseudo),
    StaticEntry(":path", "/index.html", .pathPseudo),
    StaticEntry(":scheme", "http", .schemePseudo),
    StaticEntry(":scheme", "https", .schemePseudo),
    StaticEntry(":status", "200", .statusPseudo),
    StaticEntry(":status", "204", .statusPseudo),
    StaticEntry(":status", "206", .statusPseudo),
    StaticEntry(":status", "304", .statusPseudo),
    StaticEntry(":status", "400", .statusPseudo),
    StaticEntry(":status", "404", .statusPseudo),
    StaticEntry(":status", "500", .statusPseudo),
    StaticEntry("accept-charset", "", .other),
    StaticEntry("accept-encoding", "gzip, deflate", .acceptEncoding),
    StaticEntry("accept-language", "", .acceptLanguage),
    StaticEntry("accept-ranges", "", .other),
    StaticEntry("accept", "", .accept),
    StaticEntry("access-control-allow-origin", "", .other),
    StaticEntry("age", "", .age),
    StaticEntry("allow", "", .other),
    StaticEntry("authorization", "", .authorization),
    StaticEntry("cache-control", "", .cacheControl),
    StaticEntry("content-disposition", "", .other),
    StaticEntry("content-encoding", "", .contentEncoding),
    StaticEntry("content-language", "", .other),
    StaticEntry("content-length", "", .contentLength),
    StaticEntry("content-location", "", .other),
    StaticEntry("content-range", "", .contentRange),
    StaticEntry("content-type", "", .contentType),
    StaticEntry("cookie", "", .cookie),
    StaticEntry("date", "", .date),
    StaticEntry("etag", "", .etag),
    StaticEntry("expect", "", .expect),
    StaticEntry("expires", "", .expires),
    StaticEntry("from", "", .other),
    StaticEntry("host", "", .host),
    StaticEntry("if-match", "", .ifMatch),
    StaticEntry("if-modified-since", "", .ifModifiedSince),
    StaticEntry("if-none-match", "", .ifNoneMatch),
    StaticEntry("if-range", "", .ifRange),
    StaticEntry("if-unmodified-since", "", .ifUnmodifiedSince),
    StaticEntry("last-modified", "", .lastModified),
    StaticEntry("link", "", .other),
    StaticEntry("location", "", .location),
    StaticEntry("max-forwards", "", .maxForwards),
    StaticEntry("proxy-authenticate", "", .proxyAuthenticate),
    StaticEntry("proxy-authorization", "", .proxyAuthorization),
    StaticEntry("range", "", .range),
    StaticEntry("referer", "", .referer),
    StaticEntry("refresh", "", .other),
    StaticEntry("retry-after", "", .retryAfter),
    StaticEntry("server", "", .server),
    StaticEntry("set-cookie", "", .setCookie),
    StaticEntry("strict-transport-security", "", .other),
    StaticEntry("transfer-encoding", "", .transferEncoding),
    StaticEntry("user-agent", "", .userAgent),
    StaticEntry("vary", "", .vary),
    StaticEntry("via", "", .via),
    StaticEntry("www-authenticate", "", .wwwAuthenticate),
  ]
}
