"""Plain text of any kind (notes, logs, JSON, XML, …): paragraphs between blank lines, the text untouched."""

from desktop.domain.documents import Block, BlockKind, Document
from desktop.reading.encodings import decode_text
from desktop.reading.text_lines import looks_like_a_title, paragraphs_of


def read(data: bytes) -> Document:
    """Offsets are those of the decoded file. Raises FileProblem when it is no text."""
    text = decode_text(data)
    groups = list(paragraphs_of(text))
    blocks = tuple(Block(BlockKind.PARAGRAPH, group[0].start, group[-1].end) for group in groups)
    title = ""
    # a title stands alone: one line with a blank line after it
    if len(groups) > 1 and len(groups[0]) == 1 and looks_like_a_title(groups[0][0].text):
        title = groups[0][0].text.strip()
    return Document(text, title, "text", True, blocks, ())
