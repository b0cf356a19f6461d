/// Why octets are no answer to a question.
enum DNSMessageError: Error, Equatable, CaseIterable {
  /// The message ends inside of what it says it has.
  case cutShort
  case badLabel
  case nameTooLong
  /// A compressed name that does not lead back.
  case badPointer
  /// The header is not that of an answer to one question, without an error.
  case badHeader
  /// A record's data does not have the form of its type.
  case badRecord
  /// More aliases one behind the other than anybody needs, or a round of them.
  case tooManyAliases
}
