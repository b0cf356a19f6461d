/// What becomes of the letters `A` to `Z` of a string.
enum Letters {
  case kept
  /// They are written as `a` to `z`: the field names of HTTP/2 are in lower case (RFC 9113 §8.2.1).
  case lowered
}
