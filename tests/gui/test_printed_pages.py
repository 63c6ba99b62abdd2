"""An exported conversation as a PDF: its words can be read, and none is cut off."""

from pathlib import Path

import pypdfium2
from pytestqt.qtbot import QtBot

from desktop.engine.export_content import Exchange, Exported, Part, Words
from desktop.engine.export_html import as_html
from desktop.gui.conversation_export import printed_pages

A4 = (595, 842)  # points


def test_words_of_a_pdf_are_as_large_as_printed_ones_and_all_there(qtbot: QtBot, tmp_path: Path) -> None:
    sentence = "Either party may end the lease on three months' notice. "
    parts = tuple(Part((Words(f"Paragraph{n} {sentence * 8}", (), ""),), "") for n in range(20))
    whole = Exported("The lease", "Exported", (Exchange("How long is the notice?", "", parts, (), "qwen"),))
    pages = list(printed_pages(as_html(whole), str(tmp_path / "lease.pdf")))
    document = pypdfium2.PdfDocument(tmp_path / "lease.pdf")
    assert 2 <= len(document) == len(pages)
    texts = [page.get_textpage() for page in document]
    assert all(f"Paragraph{n}" in "".join(text.get_text_bounded() for text in texts) for n in range(20))
    assert tuple(map(round, document[0].get_size())) == A4
    boxes = [texts[0].get_charbox(n, loose=True) for n in range(texts[0].count_chars())]
    heights = sorted(top - bottom for _, bottom, _, top in boxes if top > bottom)
    assert 10 <= heights[len(heights) // 2] <= 18
    assert all(left > 0 and right < A4[0] for left, _, right, _ in boxes if right > left)
