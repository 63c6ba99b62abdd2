"""Every format there and back: a passage is its stretch of the text, and its place is where the words were put.

Each sample holds the same numbered sentences; what puts them there says where each of them stands.
"""

import io
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from email.message import EmailMessage

import pytest

from desktop.domain.documents import Document, PassageSpan
from desktop.domain.places import At, PlaceUnit, json_of, of_json, places_between
from desktop.indexing.passage_maker import WordOffsets
from desktop.indexing.splitting import split
from desktop.reading.formats import FORMATS, format_of
from desktop.reading.pictures import PictureReader, Pictures
from desktop.reading.read_content import read_content
from desktop.reading.recognised import RecognisedLine, RecognisedPage, RecognisedWord
from tests.support.pdf import pdf_bytes
from tests.unit.reading.outlook import compound_file, outlook_mail
from tests.unit.reading.samples import docx_of, paragraph, table, zip_of
from tests.unit.reading.test_further_formats import BOOK
from tests.unit.reading.test_open_documents import odf_of
from tests.unit.reading.test_presentations import pptx_of, shape
from tests.unit.reading.test_workbooks import words, xlsx_of

COUNT, EACH = 40, 10
NUMBER = re.compile(r"\bheron(\d+)\b")


@dataclass(frozen=True, slots=True)
class Sample:
    """`where` gives the place of sentence n; None where the format has none."""

    name: str
    data: bytes
    where: Callable[[int], At | None] = lambda _: None


def sentence(n: int) -> str:
    return f"The heron{n} stands where the river bends and waits for a fish of {n} inches."


def group(g: int) -> list[str]:
    return [sentence(n) for n in range(g * EACH, (g + 1) * EACH)]


ALL = [sentence(n) for n in range(COUNT)]
GROUPS = [group(g) for g in range(COUNT // EACH)]


def counted(unit: PlaceUnit, inside: str = "", first: int = 1, each: int = 1) -> Callable[[int], At]:
    return lambda n: At(unit, str(n // each + first), str(n // each + first), "", inside)


def cell(name: str, row: int) -> At:
    return At(PlaceUnit.SHEET, f"A{row}", f"B{row}", name)


def page_of_words(lines: list[str]) -> RecognisedPage:
    made = [
        RecognisedLine(
            tuple(RecognisedWord(w, 40 * i, 60 * n, 40 * i + 30, 60 * n + 30) for i, w in enumerate(line)), 0.9
        )
        for n, line in enumerate(map(str.split, lines))
    ]
    return RecognisedPage(700, 700, tuple(made))


def tiff() -> bytes:
    image = pytest.importorskip("PIL.Image", reason="the app was installed without text recognition")
    pages = [image.new("L", (70, 70), 255) for _ in GROUPS]
    buffer = io.BytesIO()
    pages[0].save(buffer, "tiff", save_all=True, append_images=pages[1:])
    return buffer.getvalue()


def mail(lines: list[str], subject: str = "Birds") -> EmailMessage:
    message = EmailMessage()
    message["Subject"] = subject
    message.set_content("\n\n".join(lines))
    return message


def mail_with_a_table() -> bytes:
    message = mail([])
    message.add_attachment("\n".join(ALL).encode(), maintype="text", subtype="csv", filename="birds.csv")
    return message.as_bytes()


def rows(name: str) -> str:
    return "".join(
        f'<row r="{r}">{words(f"A{r}", line)}{words(f"B{r}", name)}</row>' for r, line in enumerate(ALL[:20], 1)
    )


def notebook() -> bytes:
    cells = [{"cell_type": "markdown" if n % 2 else "code", "source": line} for n, line in enumerate(ALL)]
    return json.dumps({"cells": cells, "nbformat": 4}).encode()


def cues() -> bytes:
    return "\n".join(f"{n}\n00:{n:02}:00,000 --> 00:{n:02}:04,000\n{line}\n" for n, line in enumerate(ALL)).encode()


def page(lines: list[str]) -> str:
    return "<html><body>" + "".join(f"<p>{line}</p>" for line in lines) + "</body></html>"


def saved_page() -> bytes:
    message = EmailMessage()
    message["Subject"] = "Birds"
    message.set_content(page(ALL), subtype="html")
    return message.as_bytes()


def ods() -> bytes:
    cells = "<table:table-cell><text:p>{}</text:p></table:table-cell>"
    table_rows = "".join(f"<table:table-row>{cells.format(line)}{cells.format('x')}</table:table-row>" for line in ALL)
    return odf_of("spreadsheet", f'<table:table table:name="Birds">{table_rows}</table:table>')


def odp() -> bytes:
    slides = ("".join(f"<text:p>{line}</text:p>" for line in lines) for lines in GROUPS)
    frames = (
        f"<draw:page><draw:frame><draw:text-box>{slide}</draw:text-box></draw:frame></draw:page>" for slide in slides
    )
    return odf_of("presentation", "".join(frames))


def samples() -> list[Sample]:
    plain = "\n\n".join(ALL).encode()
    headed = b"The birds\n=========\n\n" + plain
    chapters = {"O/two.xhtml": page(ALL[:20]), "O/one .xhtml": page(ALL[20:])}
    code = "\n".join(f"def wait_{n}():\n    # {line}\n    return {n}\n" for n, line in enumerate(ALL))
    rtf = "{\\rtf1 " + "\\par ".join(ALL) + "}"
    boxes = b"\n".join(b"From me Mon Jan  1 00:00:00 2024\n" + mail(lines).as_bytes() for lines in GROUPS)
    letter = outlook_mail({"0037": "Birds", "1000": "\r\n\r\n".join(ALL)})
    docx = docx_of("".join(map(paragraph, ALL[:20])) + table([[line, "x"] for line in ALL[20:]]))
    spread = "".join(f"<text:p>{line}</text:p>" for line in ALL)
    slides = pptx_of(*(shape("body", *lines) for lines in GROUPS))
    return [
        Sample("a.txt", plain),
        Sample("a.md", headed),
        Sample("a.rst", headed),
        Sample("a.adoc", b"= The birds\n\n" + plain),
        Sample("a.org", b"* The birds\n\n" + plain),
        Sample("a.tex", b"\\section{The birds}\n\n" + plain),
        Sample("a.py", code.encode()),
        Sample("a.html", page(ALL).encode()),
        Sample("a.pdf", pdf_bytes(GROUPS), counted(PlaceUnit.PAGE, each=EACH)),
        Sample("a.docx", docx),
        Sample("a.doc", docx),
        Sample("a.xlsx", xlsx_of(rows("x"), ""), lambda n: cell("One", n + 1)),
        Sample("a.pptx", slides, counted(PlaceUnit.SLIDE, each=EACH)),
        Sample("a.odt", odf_of("text", spread)),
        Sample("a.ods", ods(), lambda n: cell("Birds", n + 1)),
        Sample("a.odp", odp(), counted(PlaceUnit.SLIDE, each=EACH)),
        Sample("a.eml", mail_with_a_table(), counted(PlaceUnit.ROW, "attachment birds.csv")),
        Sample("a.msg", compound_file(letter)),
        Sample("a.mbox", boxes, counted(PlaceUnit.MESSAGE, each=EACH)),
        Sample("a.zip", zip_of({"birds.csv": "\n".join(ALL)}), counted(PlaceUnit.ROW, "member birds.csv")),
        Sample("a.tif", b"", counted(PlaceUnit.PAGE, each=EACH)),
        Sample("a.mhtml", saved_page()),
        Sample("a.epub", zip_of({**BOOK, **chapters})),
        Sample("a.rtf", rtf.encode()),
        Sample("a.ipynb", notebook(), counted(PlaceUnit.CELL)),
        Sample("a.srt", cues(), lambda n: At(PlaceUnit.TIME, f"00:{n:02}:00", f"00:{n:02}:00")),
        Sample("a.csv", "\n".join(ALL).encode(), counted(PlaceUnit.ROW)),
    ]


def test_there_is_a_sample_of_every_format() -> None:
    assert {format_of(sample.name) for sample in samples()} == {entry.name for entry in FORMATS}


@pytest.mark.parametrize("sample", samples(), ids=lambda sample: sample.name)
def test_words_are_where_their_place_says(sample: Sample) -> None:
    pictures = {str(n): page_of_words(lines) for n, lines in enumerate(GROUPS, 1)}
    data = tiff() if sample.name == "a.tif" else sample.data
    document = read_content(sample.name, data, PictureReader(Pictures(pictures)))
    passages = split(document, WordOffsets())
    assert len(passages) > 3
    seen: list[int] = []
    for passage in passages:
        assert passage.text == document.text[passage.start : passage.end]
        for found in NUMBER.finditer(passage.text):
            seen.append(int(found[1]))
            check(document, passage, passage.start + found.start(), sample.where(int(found[1])))
    assert sorted(seen) == list(range(len(seen))) and len(seen) in (COUNT, COUNT // 2)
    if document.is_source:
        assert document.text == data.decode()


def check(document: Document, passage: PassageSpan, offset: int, put: At | None) -> None:
    """The word there has the place where it was put, and the passage's, as it is stored, holds it."""
    exact = [place.at for place in places_between(document.places, offset, offset + 1)]
    assert exact == ([put] if put else [])
    if put is None:
        return
    (whole,) = [p.at for p in of_json(json_of(passage.places)) if p.start <= offset < p.end]
    assert (whole.unit, whole.name, whole.inside) == (put.unit, put.name, put.inside)
    assert in_order(whole.first) <= in_order(put.first) <= in_order(put.last) <= in_order(whole.last)


def in_order(place: str) -> tuple[int, ...]:
    """Numbers of a place, the last letters of a cell's column aside."""
    return tuple(map(int, re.findall(r"\d+", place)))
