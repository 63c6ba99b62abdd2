"""Between our offsets (code points) and Qt's (UTF-16 units), and text that a QTextDocument can't misread."""

# What QTextDocument takes for structure, each replaced by one harmless character so that offsets stay true.
INERT = {
    0x00: "\ufffd",
    0xFDD0: "\ufffd",
    0xFDD1: "\ufffd",
    0xFFFC: "\ufffd",
    0x0B: " ",
    0x0C: "\n",
    0x85: "\n",
    0x2029: "\n",
}


def inert(text: str) -> str:
    """The same number of characters, none of which is an object, a frame or half of a line end."""
    text = text.translate(INERT).replace("\r\n", " \n").replace("\r", "\n")
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace") if _odd(text) else text


def _odd(text: str) -> bool:
    return any("\ud800" <= c <= "\udfff" for c in text)


def to_qt(text: str, offset: int) -> int:
    """Position in a QTextDocument of code point `offset` of `text`."""
    part = text[:offset]
    return len(part) if part.isascii() else len(part) + sum(c > "\uffff" for c in part)


def from_qt(text: str, position: int) -> int:
    """The inverse of `to_qt`."""
    if text.isascii():
        return position
    return len(text.encode("utf-16-le")[: 2 * position].decode("utf-16-le", "ignore"))
