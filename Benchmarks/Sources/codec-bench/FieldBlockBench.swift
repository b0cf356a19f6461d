import Bytes
import HPACK
import HTTPSemantics
import Measuring

/// Field blocks: cold, with tables that are new, and warm, with what repeats in the tables.
struct FieldBlockBench {
  /// A line, with its name and value in octets.
  private struct Line {
    var id: FieldID
    var name: [UInt8]
    var value: [UInt8]

    init(_ id: FieldID, _ name: String, _ value: String) {
      (self.id, self.name, self.value) = (id, Array(name.utf8), Array(value.utf8))
    }
  }

  private static let request = [
    Line(.methodPseudo, ":method", "GET"), Line(.schemePseudo, ":scheme", "https"),
    Line(.authorityPseudo, ":authority", "www.example.com"),
    Line(.pathPseudo, ":path", "/articles/2024/summer/index.html?page=2&sort=date"),
    Line(
      .userAgent, "user-agent",
      "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"),
    Line(.accept, "accept", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"),
    Line(.acceptLanguage, "accept-language", "en-US,en;q=0.5"),
    Line(.acceptEncoding, "accept-encoding", "gzip, deflate, br, zstd"),
    Line(.cookie, "cookie", "session=0123456789abcdef0123456789abcdef; theme=dark"),
    Line(.other, "sec-fetch-mode", "navigate"),
  ]

  private static let response = [
    Line(.statusPseudo, ":status", "200"), Line(.server, "server", "origin"),
    Line(.date, "date", "Sun, 06 Nov 1994 08:49:37 GMT"),
    Line(.contentType, "content-type", "text/html; charset=utf-8"),
    Line(.contentLength, "content-length", "10218"),
    Line(.cacheControl, "cache-control", "max-age=600"),
    Line(.etag, "etag", "\"5f2b-61d2a7c3f0b40\""),
    Line(.other, "x-content-type-options", "nosniff"),
  ]

  static func run(_ measure: Measure) {
    for (name, lines) in [("request", request), ("response", response)] {
      encoding(measure, name, lines)
      decoding(measure, name, lines)
    }
  }

  private static func encoding(_ measure: Measure, _ name: String, _ lines: [Line]) {
    var output = OutputBuffer()
    var warm = HPACKEncoder()
    measure("hpack/encode-\(name)-cold") {
      var encoder = HPACKEncoder()
      encode(lines, &encoder, into: &output)
      return output.count
    }
    measure("hpack/encode-\(name)-warm") {
      encode(lines, &warm, into: &output)
      return output.count
    }
  }

  private static func decoding(_ measure: Measure, _ name: String, _ lines: [Line]) {
    var encoder = HPACKEncoder()
    var output = OutputBuffer()
    encode(lines, &encoder, into: &output)
    let first = output.array
    encode(lines, &encoder, into: &output)
    let second = output.array
    var octets = OutputBuffer()
    var fields = FieldSection()
    measure("hpack/decode-\(name)-cold") {
      var decoder = HPACKDecoder()
      decode(first, &decoder, into: &octets, &fields)
      return fields.count
    }
    var warm = HPACKDecoder()
    decode(first, &warm, into: &octets, &fields)
    measure("hpack/decode-\(name)-warm") {
      decode(second, &warm, into: &octets, &fields)
      return fields.count
    }
  }

  private static func encode(
    _ lines: [Line], _ encoder: inout HPACKEncoder, into output: inout OutputBuffer
  ) {
    output.removeAll()
    encoder.beginBlock(into: &output)
    for index in lines.indices {
      let line = lines[index]
      let indexing = HPACKEncoder.indexing(
        of: line.id, valueOctets: line.value.count, isNeverIndexed: false)
      encoder.encode(
        line.id, name: line.name.span, value: line.value.span, indexing, into: &output)
    }
  }

  private static func decode(
    _ block: [UInt8], _ decoder: inout HPACKDecoder, into octets: inout OutputBuffer,
    _ fields: inout FieldSection
  ) {
    octets.removeAll()
    fields.removeAll()
    _ = try? decoder.decode(block.span, limits: FieldBlockLimits(), into: &octets, &fields)
  }
}
