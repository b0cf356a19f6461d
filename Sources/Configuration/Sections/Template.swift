/// A text with variables in braces; `{{` and `}}` stand for a brace.
enum TemplatePiece: Equatable {
  case literal(String)
  /// The name, and the octet of the template at which its brace stands.
  case variable(String, octet: Int)
}

struct TemplateError: Error, Equatable {
  /// Where in the template, in octets from 0.
  let octet: Int
  let message: String
}

func parseTemplate(_ text: String) throws(TemplateError) -> [TemplatePiece] {
  let octets = Array(text.utf8)
  var pieces: [TemplatePiece] = []
  var literal: [UInt8] = []
  var position = 0
  while position < octets.count {
    let byte = octets[position]
    guard byte == UInt8(ascii: "{") || byte == UInt8(ascii: "}") else {
      literal.append(byte)
      position += 1
      continue
    }
    if position + 1 < octets.count, octets[position + 1] == byte {
      literal.append(byte)
      position += 2
      continue
    }
    guard byte == UInt8(ascii: "{") else {
      throw TemplateError(octet: position, message: "\"}\" has no \"{\"; a brace itself is \"}}\"")
    }
    guard let close = octets[position...].firstIndex(of: UInt8(ascii: "}")) else {
      throw TemplateError(octet: position, message: "\"{\" has no \"}\"; a brace itself is \"{{\"")
    }
    if !literal.isEmpty { pieces.append(.literal(String(decoding: literal, as: UTF8.self))) }
    literal = []
    let name = String(decoding: octets[position + 1..<close], as: UTF8.self)
    pieces.append(.variable(name, octet: position))
    position = close + 1
  }
  if !literal.isEmpty { pieces.append(.literal(String(decoding: literal, as: UTF8.self))) }
  return pieces
}

extension Node {
  /// The pieces of this template, with each variable turned into what it stands for.
  func template<Piece>(
    _ text: String, variables: [String: Piece], literal: (String) -> Piece
  ) -> [Piece] {
    let pieces: [TemplatePiece]
    do throws(TemplateError) {
      pieces = try parseTemplate(text)
    } catch {
      fail(error.message, atOctet: error.octet)
      return []
    }
    return pieces.compactMap { piece in
      switch piece {
      case .literal(let text): return literal(text)
      case .variable(let name, let octet):
        if let known = variables[name] { return known }
        let hint = suggestion(for: name, among: variables.keys.sorted())
        fail("there is no variable {\(name)}\(hint)", atOctet: octet)
        return nil
      }
    }
  }
}
