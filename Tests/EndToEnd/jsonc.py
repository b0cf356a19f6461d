"""Reads JSON with comments and trailing commas, as Portico's configuration files have them."""

import json
import re

# A string, which stays; a comment, which goes; a comma before a close, which goes too. Strings
# come first, so that what looks like a comment inside one is left alone.
_PIECE = re.compile(
    r'"(?:\\.|[^"\\])*"|//[^\n]*|/\*.*?\*/|,(?=(?:\s|//[^\n]*|/\*.*?\*/)*[\]}])', re.DOTALL
)


def loads(text):
    def keep(match):
        piece = match.group()
        return piece if piece.startswith('"') else " "

    return json.loads(_PIECE.sub(keep, text))


def load(path):
    return loads(path.read_text(encoding="utf-8"))
