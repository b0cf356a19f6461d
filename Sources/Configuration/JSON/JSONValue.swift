/// A JSON value and where it begins, as an offset into its file's octets.
struct JSONValue {
  enum Kind {
    case null
    case bool(Bool)
    /// As it is written; the grammar has been checked.
    case number(String)
    case string(String)
    case array([JSONValue])
    case object(JSONObject)
    /// Nothing that could be read. The problem is reported already; whoever meets it keeps silent.
    case invalid
  }

  var kind: Kind
  var offset: Int
}

/// The members of an object in the order of the file. Of two with one key the first counts.
struct JSONObject {
  struct Member {
    var key: String
    var keyOffset: Int
    var value: JSONValue
  }

  var members: [Member] = []
  /// Whether something in it could not be read, so that a key may be missing for that reason.
  var isDamaged = false
}

/// A rule of RFC 8259 that a file breaks, and where.
struct JSONProblem: Equatable {
  var offset: Int
  var message: String
}
