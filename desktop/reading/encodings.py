"""Bytes to text: byte-order mark, strict UTF-8, UTF-16 by its NULs, charset-normalizer, Windows-1252.

The text is the decoded file without its byte-order mark; newlines stay as they are.
"""

import codecs
import re
from collections.abc import Mapping, Sequence

from desktop.domain.errors import FileProblem
from desktop.reading import problems

# UTF-32 first: its little-endian mark begins with UTF-16's
MARKS: Sequence[tuple[bytes, str]] = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# pages name these and mean their larger Windows kin; only names in this list's families are looked up at all
BROWSER_ENCODINGS: Mapping[str, str] = {
    "iso-8859-1": "cp1252",
    "latin1": "cp1252",
    "us-ascii": "cp1252",
    "ascii": "cp1252",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "x-sjis": "cp932",
    "ks_c_5601-1987": "cp949",
    "euc-kr": "cp949",
}
DECLARATION_WITHIN = 4096
FALLBACK = "cp1252"
SAMPLE = 64 * 1024
# one character in so many
MANY_ACCENTS, MANY_IN_SHORT = 12, 4
SHORT_TEXT = 100
WIDEST_CHARACTER = 4
_DECLARED = re.compile(
    rb"(?:charset|encoding)\s*=\s*[\"']?\s*"
    rb"((?:utf|iso|windows|cp|gb|big5|euc|shift|x-sjis|koi8|mac|latin|us-ascii|ascii|tis|ks_c)[A-Za-z0-9_.-]*)",
    re.IGNORECASE,
)
_CONTROL = re.compile(rb"[\x01-\x08\x0e-\x1a\x1c-\x1f]")
# accented letters beside Latin ones or alone, and signs; not ð, ý, þ, which are Turkish letters far more often
_ACCENTED = "À-ÏÑ-ÖØ-ÜßŠŽŸŒà-ïñ-öø-üÿšžœ"
_WESTERN = re.compile(rf"(?<=[A-Za-z])[{_ACCENTED}’]|[{_ACCENTED}’](?=[A-Za-z])|\b[{_ACCENTED}]\b|[€£§©®°«»“”‘’–—…•·]")


def decode_text(data: bytes) -> str:
    """The file's text. Raises FileProblem when the bytes are no text or too many."""
    if len(data) > problems.MAX_CHARACTERS * WIDEST_CHARACTER:
        raise problems.too_much_text()
    text = _decoded(data)
    if len(text) > problems.MAX_CHARACTERS:
        raise problems.too_much_text()
    return text


def decode_web_page(data: bytes) -> str:
    """As browsers do: mark, then what the page declares, where it is no plain UTF-8. Raises FileProblem."""
    declared = _DECLARED.search(data[:DECLARATION_WITHIN])
    if declared is None or data.startswith(tuple(mark for mark, _ in MARKS)):
        return decode_text(data)
    name = declared.group(1).decode("ascii").lower()
    if name.startswith("utf") or (not name.startswith("iso-2022") and _is_utf8(data)) or b"\0" in data:
        return decode_text(data)
    try:
        return data.decode(BROWSER_ENCODINGS.get(name, name), errors="replace")
    except (LookupError, UnicodeError):
        return decode_text(data)


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _decoded(data: bytes) -> str:
    for mark, encoding in MARKS:
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, errors="replace")
    if b"\0" in data:
        return _decode_wide(data)
    if len(_CONTROL.findall(data[:SAMPLE])) > len(data[:SAMPLE]) // 10:
        raise _binary()
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return _decode_single_bytes(data)


def _binary() -> FileProblem:
    return problems.misnamed("a text file", "data that is not text")


def _decode_wide(data: bytes) -> str:
    """UTF-16 without a mark: in most scripts' text, spaces and line ends put a NUL on one side only."""
    sample = data[:SAMPLE]
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    if len(data) % 2 or not (odd > 9 * even or even > 9 * odd):
        raise _binary()
    encoding = "utf-16-le" if odd > even else "utf-16-be"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        raise _binary() from None
    odd_ones = sum(not character.isprintable() and not character.isspace() for character in text[:SAMPLE])
    if "\0" in text or odd_ones > len(text[:SAMPLE]) // 20:
        raise _binary()
    return text


def _decode_single_bytes(data: bytes) -> str:
    encoding = FALLBACK if _reads_well_as_western(data) else _guessed(data)
    try:
        return data.decode(encoding)
    except (UnicodeDecodeError, LookupError):
        return data.decode(FALLBACK, errors="replace")


def _reads_well_as_western(data: bytes) -> bool:
    """Western texts with few accents are guessed badly by statistics; Czech or Turkish ones have more accents."""
    try:
        text = data[:SAMPLE].decode(FALLBACK)
    except UnicodeDecodeError:
        return False
    special = sum(character > "\x7f" for character in text)
    accents = sum(character > "\x7f" and character.isalpha() for character in text)
    most = len(text) / (MANY_ACCENTS if len(text) > SHORT_TEXT else MANY_IN_SHORT)
    return accents < most and len(_WESTERN.findall(text)) >= special * 0.9


def _guessed(data: bytes) -> str:
    from charset_normalizer import from_bytes

    end = data.rfind(b"\n", 0, SAMPLE) + 1 if len(data) > SAMPLE else len(data)
    best = from_bytes(data[: end or SAMPLE]).best()
    return best.encoding if best is not None else FALLBACK
