"""Where words stand, said exactly: cells, rows, slides, times, notebook cells, files inside files, pages."""

import json
from email.message import EmailMessage
from pathlib import Path

import pytest

from desktop.domain.documents import Document
from desktop.domain.places import At, PlaceSpan, PlaceUnit, of_json, page_of, place_words, places_between
from desktop.indexing.passage_maker import WordOffsets
from desktop.indexing.splitting import split
from desktop.reading.cell_names import column_letters
from desktop.reading.read_file import read_file
from tests.support.pdf import pdf_bytes
from tests.unit.reading.outlook import compound_file
from tests.unit.reading.outlook import outlook_mail as mail_of
from tests.unit.reading.samples import zip_of

NOTEBOOK = {
    "cells": [
        {"cell_type": "markdown", "source": "# Herons\nOn the harbour wall."},
        {"cell_type": "code", "source": "count = 17", "outputs": [{"output_type": "stream", "text": "seventeen"}]},
    ],
    "nbformat": 4,
}
SUBTITLES = "1\n00:12:30,000 --> 00:12:33,000\nThe herons return.\n\n2\n00:13:30,000 --> 00:13:33,000\nAt dusk.\n"


def document_of(folder: Path, name: str, data: bytes) -> Document:
    path = folder / name
    path.write_bytes(data)
    document = read_file(str(path)).document
    assert document is not None
    return document


def place_of(document: Document, words: str, last: str = "") -> str:
    """In words, of the stretch from these words to the last ones."""
    start = document.text.index(words)
    end = document.text.index(last) + len(last) if last else start + len(words)
    return place_words(places_between(document.places, start, end))


def test_rows_of_a_table_file(tmp_path: Path) -> None:
    document = document_of(tmp_path, "a.csv", b"bird,count\nheron,17\n\ngull,4\n")
    assert place_of(document, "heron") == "row 2"
    assert place_of(document, "heron", "gull") == "rows 2–4"


def test_cells_of_a_sheet(tmp_path: Path) -> None:
    sheet = (
        '<office:document-content xmlns:office="o" xmlns:table="t" xmlns:text="x"><office:body><office:spreadsheet>'
        '<table:table table:name="Q3"><table:table-row table:number-rows-repeated="1000000"><table:table-cell/>'
        "</table:table-row>"
        "<table:table-row><table:table-cell><text:p>heron</text:p></table:table-cell>"
        "<table:table-cell><text:p>17</text:p></table:table-cell></table:table-row>"
        "<table:table-row><table:table-cell/><table:table-cell><text:p>4</text:p></table:table-cell></table:table-row>"
        "</table:table></office:spreadsheet></office:body></office:document-content>"
    )
    document = document_of(tmp_path, "a.ods", zip_of({"content.xml": sheet}))
    assert place_of(document, "heron") == "Sheet ‘Q3’, A1000001:B1000001"
    assert place_of(document, "heron", "| 4") == "Sheet ‘Q3’, A1000001:B1000002"


@pytest.mark.parametrize(("number", "letters"), [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA")])
def test_names_of_columns(number: int, letters: str) -> None:
    assert column_letters(number) == letters


def test_cells_of_a_notebook(tmp_path: Path) -> None:
    document = document_of(tmp_path, "a.ipynb", json.dumps(NOTEBOOK).encode())
    assert place_of(document, "harbour wall") == "cell 1"
    assert place_of(document, "seventeen") == "cell 2"
    assert place_of(document, "Herons", "seventeen") == "cells 1–2"


def test_times_of_subtitles(tmp_path: Path) -> None:
    document = document_of(tmp_path, "a.srt", SUBTITLES.encode())
    assert place_of(document, "herons return") == "00:12:30"
    assert place_of(document, "herons return", "dusk") == "00:12:30–00:13:30"


def test_files_inside_files(tmp_path: Path) -> None:
    message = EmailMessage()
    message["Subject"] = "The plan"
    message.set_content("See below.")
    pdf = pdf_bytes([["The first page."], ["Herons nest on the second."]])
    message.add_attachment(pdf, maintype="application", subtype="pdf", filename="plan.pdf")
    message.add_attachment(b"gull,4\nheron,17\n", maintype="text", subtype="csv", filename="birds.csv")
    message.add_attachment(b"Just words.", maintype="text", subtype="plain", filename="note.txt")
    document = document_of(tmp_path, "a.eml", message.as_bytes())
    assert place_of(document, "See below") == place_of(document, "The plan") == "message text"
    assert place_of(document, "See below", "Herons") == "message text; attachment plan.pdf, pages 1–2"
    assert place_of(document, "Attachment note.txt") == "attachment note.txt"
    assert place_of(document, "Herons nest") == "attachment plan.pdf, page 2"
    assert place_of(document, "heron,17") == "attachment birds.csv, row 2"
    assert place_of(document, "Just words") == "attachment note.txt"
    assert page_of(document.places) is None
    packed = document_of(tmp_path, "a.zip", zip_of({"in/a.ipynb": json.dumps(NOTEBOOK)}))
    assert place_of(packed, "seventeen") == "member in/a.ipynb, cell 2"


def test_parts_of_a_mail(tmp_path: Path) -> None:
    enclosed = EmailMessage()
    enclosed["Subject"] = "The plan"
    enclosed.set_content("Herons nest.")
    message = EmailMessage()
    message["Subject"] = "Fwd: The plan"
    message.set_content("See below.")
    alone = document_of(tmp_path, "alone.eml", message.as_bytes())
    assert place_of(alone, "See below") == "", "there is nothing else"
    message.add_attachment(enclosed)
    document = document_of(tmp_path, "a.eml", message.as_bytes())
    assert place_of(document, "See below") == "message text"
    assert place_of(document, "Herons nest") == "enclosed message The plan"
    inner = mail_of({"0037": "Inner", "1000": "Deep."}, inner=True)
    folder = {"__properties_version1.0": bytes(8), "__substg1.0_3701000D": inner}
    outlook = mail_of({"0037": "Outer", "1000": "Shallow."}, folders={"__attach_version1.0_#00000000": folder})
    document = document_of(tmp_path, "a.msg", compound_file(outlook))
    assert place_of(document, "Shallow") == "message text"
    assert place_of(document, "Deep") == "enclosed message Inner"


def test_mails_of_a_mailbox(tmp_path: Path) -> None:
    mails: list[bytes] = []
    for number, words in enumerate(("Herons nest.", "Gulls shout."), 1):
        message = EmailMessage()
        message["Subject"] = f"Letter {number}"
        message.set_content(words)
        message.add_attachment(f"enclosed {number},1\n".encode(), maintype="text", subtype="csv", filename="a.csv")
        mails.append(b"From somebody Mon Jan  1 00:00:00 2024\n" + message.as_bytes())
    document = document_of(tmp_path, "a.mbox", b"\n".join(mails))
    assert place_of(document, "Herons nest") == "message 1"
    assert place_of(document, "Letter 2") == place_of(document, "Gulls shout") == "message 2"
    assert place_of(document, "enclosed 2") == "attachment a.csv, row 1"
    assert place_of(document, "Herons nest", "enclosed 1") == "message 1; attachment a.csv, row 1"
    starts = [place.start for place in document.places]
    assert starts == sorted(starts)


def test_a_page_is_told_by_its_number_of_the_very_words(tmp_path: Path) -> None:
    document = document_of(tmp_path, "a.pdf", pdf_bytes([["A first page."], ["A second one."]]))
    (passage,) = split(document, WordOffsets())
    assert passage.page == 1 and place_words(passage.places) == ""
    start = document.text.index("second")
    assert page_of(places_between(document.places, start, start + 6)) == 2


def test_passages_keep_their_places(tmp_path: Path) -> None:
    rows = "".join(f"bird number {number},{number * 7}\n" for number in range(400))
    document = document_of(tmp_path, "a.csv", f"bird,count\n{rows}".encode())
    passages = split(document, WordOffsets())
    assert len(passages) > 5
    last = 0
    for passage in passages:
        (place,) = passage.places
        assert place.at.unit is PlaceUnit.ROW and int(place.at.first) == last + 1
        last = int(place.at.last)
        lines = document.text.splitlines()[int(place.at.first) - 1 : last]
        assert passage.text == "\n".join(lines)
    assert last == 401


@pytest.mark.parametrize(
    "text",
    ['[[0,1,"page","x","x","",""]]', '[[0,1,"planet","1","1","",""]]', '[[0,1,"row",1,1,"",""]]', "[[0,1]]"],
)
def test_what_is_no_place_is_refused(text: str) -> None:
    with pytest.raises((ValueError, TypeError)):
        of_json(text)
    assert of_json("") == ()
    assert of_json('[[0,1,"row","1","2","",""]]') == (PlaceSpan(0, 1, At(PlaceUnit.ROW, "1", "2")),)
