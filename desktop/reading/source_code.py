"""Source code of any language: blocks that begin at column 0 after a blank line, the text untouched.

Parses no language: definitions are found by their indentation, which holds for most.
"""

from desktop.domain.documents import Block, BlockKind, Document
from desktop.reading.encodings import decode_text
from desktop.reading.text_lines import Line, paragraphs_of

CLOSING = ("}", ")", "]", "end", "{", "else", "elif", "except", "finally", "catch")


def read(data: bytes) -> Document:
    """Offsets are those of the decoded file. Raises FileProblem when it is no text."""
    text = decode_text(data)
    blocks: list[Block] = []
    for group in paragraphs_of(text):
        if blocks and not _begins_definition(group[0]):
            blocks[-1] = Block(BlockKind.CODE, blocks[-1].start, group[-1].end)
        else:
            blocks.append(Block(BlockKind.CODE, group[0].start, group[-1].end))
    return Document(text, "", "code", True, tuple(blocks), ())


def _begins_definition(line: Line) -> bool:
    return not line.text[0].isspace() and not line.text.startswith(CLOSING)
