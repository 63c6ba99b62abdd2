"""Requests of the reader pane: a file's text, rows and pages as they are on disk now. Never writes to the file."""

import hashlib
import os
import re
import time
from bisect import bisect_left, bisect_right
from collections.abc import Callable
from pathlib import Path, PurePath
from typing import Any

from desktop.domain.documents import Block, Document
from desktop.domain.errors import FootnoteError, UserError
from desktop.engine.open_documents import OpenDocuments, PaneReader, stamp_of
from desktop.engine.source_words import hits_of, locate
from desktop.protocol import engine_messages as m
from desktop.protocol.common_messages import Nothing
from desktop.protocol.lines import Method
from desktop.protocol.reader_messages import Anchor
from desktop.reading.formats import format_of
from desktop.reading.table_cells import Cell, TableSheet
from desktop.storage.file_table import FileTable, KnownFile
from desktop.storage.passage_ledger import PassageLedger

_KEPT_PAGES = 60
_MAX_SLICE = 200_000
_LONG_BLOCK = 20_000
_MAX_SCALE = 6.0
_MOST_ROWS = 500
_LONGEST_CELL = 1_000
_MOST_HITS = 5_000
_ANCHORS = 3
_ANCHOR_LENGTH = 200
_FOLLOWING = 4_000  # characters
_PREPARED_SIZE = 4_000_000
VIEWS = {
    "pdf": m.SourceView.PAGE,
    "image": m.SourceView.PAGE,
    "pptx": m.SourceView.SLIDE,
    "xlsx": m.SourceView.GRID,
    "csv": m.SourceView.GRID,
    "code": m.SourceView.CODE,
}
SHEETS = (".ods", ".ots")
SLIDES = (".odp", ".otp")
LINED = (".json", ".jsonl", ".ndjson", ".xml", ".yaml", ".yml", ".toml", ".ini", ".cfg", ".conf", ".log", ".tex")


class SourceRequests:
    """Has two file readers, for texts and for pages, so that indexing and searching never delay a page."""

    def __init__(
        self, files: FileTable, ledger: PassageLedger, texts: PaneReader, pages: PaneReader, images: Path
    ) -> None:
        self._files, self._ledger, self._reader, self._pages = files, ledger, pages, images
        self._open = OpenDocuments(texts)

    def handlers(self) -> dict[Method[Any, Any], Callable[[Any], object]]:
        return {
            m.LOCATE_WORDS: self.locate_words,
            m.OPEN_TEXT: self.open_text,
            m.OPEN_PAGE: self.open_page,
            m.OPEN_ROWS: self.open_rows,
            m.FIND_WORDS: self.find_words,
            m.PREPARE_SOURCE: self.prepare_source,
        }

    def locate_words(self, asked: m.LocateWords) -> m.SourceFile:
        """Reads the file only where it is not the one that was cited."""
        file = self._known(asked.file_id)
        self._files.note_opened(file.path, time.time_ns())
        sha256 = self._open.sha256(file.path)
        words = tuple(self._located(file, sha256, cited) for cited in asked.words)
        return m.SourceFile(file.path, view_of(file.path), sha256, words)

    def open_text(self, asked: m.OpenText) -> m.SourceText:
        file = self._known(asked.file_id)
        document, sha256 = self._document(file)
        start, end = _slice(document, asked)
        first = bisect_right(document.blocks, start, key=lambda block: block.end)
        last = bisect_left(document.blocks, end, key=lambda block: block.start)
        return m.SourceText(
            path=file.path,
            format=document.format,
            sha256=sha256,
            text=document.text[start:end],
            offset=start,
            total=len(document.text),
            blocks=document.blocks[first:last],
            pages=document.pages,
            unchanged=sha256 == file.sha256,
        )

    def open_page(self, asked: m.OpenPage) -> m.SourcePage:
        file = self._known(asked.file_id)
        scale = max(0.2, min(asked.scale, _MAX_SCALE))
        image = self._image(file, asked, scale)
        page_start, anchors = self._start_of_page(file, asked) if asked.ranges else (-1, ())
        page = self._reader.render(
            file.path,
            asked.number,
            scale,
            asked.ranges,
            str(image),
            page_start=page_start,
            anchors=anchors,
            words=asked.words,
        )
        size, image_path = (page.width, page.height), str(image)
        return m.SourcePage(
            file.path, asked.number, page.pages, *size, image_path, page.boxes, page.start, page.end, page.words
        )

    def open_rows(self, asked: m.OpenRows) -> m.SourceRows:
        file = self._known(asked.file_id)
        table = self._open.table(file.path, self._ledger.change_number(file.id))
        if not table.sheets:
            return m.SourceRows((), 0, 0, (), 0)
        count = max(1, min(asked.count, _MOST_ROWS))
        sheet, row = table.place_of(asked.offset)
        first = max(0, row - count // 2)
        if 0 <= asked.sheet < len(table.sheets):
            sheet, row, first = asked.sheet, 0, max(0, asked.first)
        shown = table.sheets[sheet]
        skipped = int(shown.has_header)
        rows = shown.rows[first + skipped : first + skipped + count]
        shapes = tuple(_shape(table.cells(s.rows[0]), s, table.columns(s)) for s in table.sheets)
        cells = tuple(_row(table.cells(block), table.number(block)) for block in rows)
        return m.SourceRows(shapes, sheet, first, cells, row - skipped)

    def find_words(self, asked: m.FindWords) -> m.FoundWords:
        file = self._known(asked.file_id)
        document, _ = self._document(file)
        return hits_of(document, asked.words, max(0, min(asked.most, _MOST_HITS)))

    def prepare_source(self, asked: m.PrepareSource) -> Nothing:
        try:
            file = self._known(asked.file_id)
            self._open.sha256(file.path)
            if view_of(file.path) is m.SourceView.PAGE:
                self.open_page(m.OpenPage(file.id, asked.page or 1, 1.0, ()))
            elif file.stamp.size <= _PREPARED_SIZE:
                self._document(file)
        except (FootnoteError, OSError):
            pass  # it is told when the file is opened
        return Nothing()

    def _located(self, file: KnownFile, sha256: str, cited: m.CitedWords) -> m.LocatedWords:
        if not cited.quote:
            return m.LocatedWords(m.Found.UNKNOWN, 0, 0, cited.page)
        if sha256 == (cited.sha256 or file.sha256):
            return m.LocatedWords(m.Found.SAME, cited.start, cited.end, cited.page)
        document, _ = self._document(file)
        return locate(document, cited)

    def _document(self, file: KnownFile) -> tuple[Document, str]:
        return self._open.document(file.path, self._ledger.change_number(file.id))

    def _known(self, file_id: int) -> KnownFile:
        file = self._files.file_by_id(file_id)
        if file is None:
            raise UserError("That file is not in the library any more.", "It was deleted, or its folder was removed.")
        if not os.path.isfile(file.path):
            raise UserError(
                "That file is not there any more.", "It was deleted or moved, or its drive is not connected."
            )
        return file

    def _start_of_page(self, file: KnownFile, asked: m.OpenPage) -> tuple[int, tuple[Anchor, ...]]:
        """Where the page starts in the text, if that is known; else passages of the library that stand on it."""
        kept = self._open.kept(stamp_of(file.path, self._ledger.change_number(file.id)))
        if kept is not None:
            starts = [page.start for page in kept[0].pages if page.number == asked.number]
            return (starts[0] if starts else -1), ()
        if self._open.sha256(file.path) != file.sha256:
            return -1, ()
        start, end = min(r.start for r in asked.ranges), max(r.end for r in asked.ranges)
        # words may stand in a passage that began on the page before: then one that follows is on this page
        passages = [p for p in self._ledger.around(file.id, start, end + _FOLLOWING) if p.page == asked.number]
        return -1, tuple(Anchor(p.start, p.text[:_ANCHOR_LENGTH]) for p in passages[:_ANCHORS])

    def _image(self, file: KnownFile, asked: m.OpenPage, scale: float) -> Path:
        self._pages.mkdir(mode=0o700, parents=True, exist_ok=True)
        old = sorted(self._pages.glob("*.png"), key=lambda path: path.stat().st_mtime)
        for path in old[:-_KEPT_PAGES]:
            path.unlink(missing_ok=True)
        found = os.stat(file.path)
        name = f"{file.id}:{found.st_mtime_ns}:{found.st_size}:{asked.number}:{scale:.3f}"
        return self._pages / f"{hashlib.sha256(name.encode()).hexdigest()[:24]}.png"


def view_of(path: str) -> m.SourceView:
    ending = PurePath(path).suffix.lower()
    if ending in SHEETS:
        return m.SourceView.GRID
    if ending in SLIDES:
        return m.SourceView.SLIDE
    if ending in LINED:
        return m.SourceView.CODE
    return VIEWS.get(format_of(path) or "", m.SourceView.TEXT)


def _slice(document: Document, asked: m.OpenText) -> tuple[int, int]:
    """[start, end) of the text; where whole blocks are wanted, out to the edges of those that are not very long."""
    total = len(document.text)
    start = max(0, min(asked.offset, total))
    end = min(start + max(0, min(asked.limit, _MAX_SLICE)), total)
    if not asked.whole_blocks:
        return start, end
    first, last = _block_at(document.blocks, start), _block_at(document.blocks, end)
    if first is not None and start - first.start <= _LONG_BLOCK:
        start = first.start
    if last is not None and last.start < end and last.end - end <= _LONG_BLOCK:
        end = last.end
    return start, end


def _block_at(blocks: tuple[Block, ...], offset: int) -> Block | None:
    at = bisect_right(blocks, offset, key=lambda block: block.start) - 1
    return blocks[at] if at >= 0 and blocks[at].end > offset else None


def _shape(first: tuple[Cell, ...], sheet: TableSheet, columns: int) -> m.SheetShape:
    header = tuple(_cut(cell.text) for cell in first) if sheet.has_header else ()
    ranges = tuple((cell.start, cell.end) for cell in first) if sheet.has_header else ()
    return m.SheetShape(sheet.name, len(sheet.rows) - int(sheet.has_header), columns, header, ranges)


def _row(cells: tuple[Cell, ...], number: int) -> m.SheetRow:
    return m.SheetRow(tuple(_cut(cell.text) for cell in cells), tuple((cell.start, cell.end) for cell in cells), number)


def _cut(text: str) -> str:
    text = re.sub(r"\s+", " ", text[: _LONGEST_CELL + 1]).strip()
    return text if len(text) <= _LONGEST_CELL else f"{text[:_LONGEST_CELL]}…"
