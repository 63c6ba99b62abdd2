"""Documents in many formats with words one can ask for, for the reader's tests, pictures and benchmark.

Each `…_bytes(seed, size)` holds the sentence that `cited(seed, n)` gives for each n below `size`.
"""

import io
import random
import zipfile
from email.message import EmailMessage

from tests.support.pdf import pdf_bytes

WORDS = (
    "house garden roof tenant rent month notice letter party court wall window door key street market river bridge "
    "clerk ledger deed clause term year winter summer repair paint water light bread paper station journey answer"
).split()
LINE = 12  # words
SCHEMAS = "http://schemas.openxmlformats.org/"


def cited(seed: int, n: int) -> str:
    """A sentence that stands once in a document of that seed, in its `n`th part."""
    return f"The sum agreed under clause {seed}-{n} is {1000 + 7 * n} pounds a year."


def word(n: int) -> str:
    return WORDS[n % len(WORDS)]


def filler(seed: int, n: int, sentences: int) -> str:
    chance = random.Random(f"{seed} {n}")
    made = (" ".join(chance.choice(WORDS) for _ in range(LINE)) for _ in range(sentences))
    return " ".join(f"{sentence.capitalize()}." for sentence in made)


def parts(seed: int, size: int, sentences: int = 12) -> list[tuple[str, str, str]]:
    """(heading, paragraph before, paragraph with the sentence)"""
    return [
        (
            f"{n + 1} {WORDS[n % len(WORDS)].capitalize()}",
            filler(seed, n, sentences),
            f"{cited(seed, n)} {filler(seed, n, 3)}",
        )
        for n in range(size)
    ]


def pdf_of_pages(seed: int, size: int) -> bytes:
    pages: list[list[str]] = []
    for n, (heading, before, after) in enumerate(parts(seed, size)):
        words = f"{before} {before}".split()
        lines = [" ".join(words[at : at + 11]) for at in range(0, len(words), 11)]
        lines[len(lines) * (n % 3 + 1) // 4] = cited(seed, n)
        pages.append([heading, "", *lines[:36], after.split(". ")[-1][:60]])
    return pdf_bytes(pages)


def html_bytes(seed: int, size: int) -> bytes:
    body = "".join(f"<h2>{h}</h2><p>{b}</p><p>{a}</p>" for h, b, a in parts(seed, size))
    rows = "".join(f"<tr><td>{WORDS[n]}</td><td>{n * 17}</td></tr>" for n in range(12))
    return f"<html><body><h1>Report {seed}</h1><table>{rows}</table>{body}</body></html>".encode()


def markdown_bytes(seed: int, size: int) -> bytes:
    table = "| Word | Number |\n|---|---|\n" + "".join(f"| {WORDS[n]} | {n * 17} |\n" for n in range(8))
    body = "".join(f"## {h}\n\n{b}\n\n{a}\n\n- one\n- **two**\n\n" for h, b, a in parts(seed, size))
    return f"# Report {seed}\n\n{table}\n{body}".encode()


def text_bytes(seed: int, size: int) -> bytes:
    return "".join(f"{h}\n\n{b}\n\n{a}\n\n" for h, b, a in parts(seed, size)).encode()


def code_bytes(seed: int, size: int) -> bytes:
    return "".join(
        f"def part_{n}() -> int:\n    # {cited(seed, n)}\n    return {n}\n\n\n" for n in range(size)
    ).encode()


def csv_bytes(seed: int, size: int) -> bytes:
    rows = (f'{n},{WORDS[n % len(WORDS)]},"{cited(seed, n)}",{n * 13}\n' for n in range(size))
    return ("Number,Subject,Note,Sum\n" + "".join(rows)).encode()


def mail_bytes(seed: int, size: int) -> bytes:
    mail = EmailMessage()
    mail["From"], mail["To"] = "Ada Okafor <ada@example.com>", "Ben Vogel <ben@example.com>"
    mail["Subject"], mail["Date"] = f"Report {seed}", "Mon, 03 Mar 2025 10:00:00 +0000"
    mail.set_content("\n\n".join(f"{b}\n\n{a}" for _, b, a in parts(seed, size)))
    return mail.as_bytes()


def subtitles_bytes(seed: int, size: int) -> bytes:
    cues = (
        f"{n + 1}\n00:{n // 2 % 60:02}:{n % 2 * 30:02},000 --> 00:{n // 2 % 60:02}:{n % 2 * 30 + 20:02},000\n"
        f"{cited(seed, n)}\n{filler(seed, n, 1)}\n\n"
        for n in range(size)
    )
    return "".join(cues).encode()


def docx_bytes(seed: int, size: int) -> bytes:
    import docx

    document = docx.Document()
    document.add_heading(f"Report {seed}", 1)
    table = document.add_table(6, 3)
    for n, cell in enumerate(cell for row in table.rows for cell in row.cells):
        cell.text = ("Word", "Number", "Note")[n] if n < 3 else (WORDS[n], f"{n * 17}", filler(seed, n, 1)[:40])[n % 3]
    for heading, before, after in parts(seed, size):
        document.add_heading(heading, 2)
        document.add_paragraph(before)
        document.add_paragraph("First a thing to do", style="List Bullet")
        document.add_paragraph(after)
    data = io.BytesIO()
    document.save(data)
    return data.getvalue()


def xlsx_bytes(seed: int, size: int) -> bytes:
    """Two sheets, written by hand."""
    cell = '<c t="inlineStr"><is><t>{}</t></is></c>'
    number = "<c><v>{}</v></c>"
    header = "".join(cell.format(name) for name in ("Number", "Subject", "Note", "Sum"))
    rows = "".join(
        "".join((number.format(n), cell.format(word(n)), cell.format(cited(seed, n)), number.format(n * 13))).join(
            ("<row>", "</row>")
        )
        for n in range(size)
    )
    first = f"<row>{cell.format('Only')}{cell.format('A note')}</row><row>{number.format(1)}{cell.format('x')}</row>"
    sheet = f'<worksheet xmlns="{SCHEMAS}spreadsheetml/2006/main"><sheetData>{{}}</sheetData></worksheet>'
    names = '<sheet name="Summary" sheetId="1" r:id="r1"/><sheet name="Rents" sheetId="2" r:id="r2"/>'
    workbook = (
        f'<workbook xmlns="{SCHEMAS}spreadsheetml/2006/main" xmlns:r="{SCHEMAS}officeDocument/2006/relationships">'
        f"<sheets>{names}</sheets></workbook>"
    )
    sheets = (("r1", "worksheet", "worksheets/sheet1.xml"), ("r2", "worksheet", "worksheets/sheet2.xml"))
    members = {
        "xl/workbook.xml": workbook,
        "xl/_rels/workbook.xml.rels": _relations(*sheets),
        "xl/worksheets/sheet1.xml": sheet.format(first),
        "xl/worksheets/sheet2.xml": sheet.format(f"<row>{header}</row>{rows}"),
    }
    return _package("xl/workbook.xml", "spreadsheetml.sheet.main", members)


def pptx_bytes(seed: int, size: int) -> bytes:
    drawing = f'xmlns:a="{SCHEMAS}drawingml/2006/main"'
    show = f'xmlns:p="{SCHEMAS}presentationml/2006/main"'
    links = f'xmlns:r="{SCHEMAS}officeDocument/2006/relationships"'
    members: dict[str, str] = {}
    for n, (heading, _, _) in enumerate(parts(seed, size)):
        points = (cited(seed, n), filler(seed, n, 1), "A last point")
        shapes = _shape("title", (heading,)) + _shape("body", points)
        members[f"ppt/slides/slide{n + 1}.xml"] = (
            f"<p:sld {drawing} {show}><p:cSld><p:spTree>{shapes}</p:spTree></p:cSld></p:sld>"
        )
    ids = "".join(f'<p:sldId id="{256 + n}" r:id="s{n}"/>' for n in range(size))
    members["ppt/presentation.xml"] = f"<p:presentation {show} {links}><p:sldIdLst>{ids}</p:sldIdLst></p:presentation>"
    slides = ((f"s{n}", "slide", f"slides/slide{n + 1}.xml") for n in range(size))
    members["ppt/_rels/presentation.xml.rels"] = _relations(*slides)
    return _package("ppt/presentation.xml", "presentationml.presentation.main", members)


def _shape(kind: str, texts: tuple[str, ...]) -> str:
    paragraphs = "".join(f"<a:p><a:r><a:t>{text}</a:t></a:r></a:p>" for text in texts)
    place = f'<p:nvSpPr><p:nvPr><p:ph type="{kind}"/></p:nvPr></p:nvSpPr>'
    return f"<p:sp>{place}<p:txBody>{paragraphs}</p:txBody></p:sp>"


def _relations(*links: tuple[str, str, str]) -> str:
    base = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    inside = "".join(f'<Relationship Id="{i}" Type="{base}/{kind}" Target="{target}"/>' for i, kind, target in links)
    return (
        f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{inside}</Relationships>'
    )


def _package(main: str, kind: str, members: dict[str, str]) -> bytes:
    types = (
        '<Types xmlns="' + SCHEMAS + 'package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/{main}" ContentType="application/vnd.openxmlformats-officedocument.{kind}+xml"/></Types>'
    )
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("[Content_Types].xml", types)
        package.writestr("_rels/.rels", _relations(("m", "officeDocument", main)))
        for name, text in members.items():
            package.writestr(name, text)
    return data.getvalue()


MAKERS = {
    "report.pdf": pdf_of_pages,
    "report.docx": docx_bytes,
    "report.html": html_bytes,
    "report.md": markdown_bytes,
    "report.txt": text_bytes,
    "report.eml": mail_bytes,
    "report.srt": subtitles_bytes,
    "report.pptx": pptx_bytes,
    "report.py": code_bytes,
    "report.csv": csv_bytes,
    "report.xlsx": xlsx_bytes,
}
