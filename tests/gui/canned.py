"""What the fake engine serves: source files, an answer that rests on them, models, tones, conversations."""

import dataclasses
import hashlib
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QGuiApplication, QImage, QPainter

from desktop.domain.answers import Answer, AnswerFormat, AnswerState, FootnoteLink, FoundPassage, Sentence, Support, Why
from desktop.domain.documents import Block, BlockKind, Document
from desktop.domain.files import FileRow, FileState
from desktop.domain.fits import Fit, Verdict
from desktop.domain.models import Model, Tone
from desktop.domain.tones import ToneCard, ToneSample, TruthMeasures, TruthReport
from desktop.protocol.engine_messages import EmbedderEntry, EmbedderOffer, Embedders, ScopeSuggestion
from desktop.protocol.reader_messages import Box, PageWord

LEASE = (
    "8  Termination\n\n8.1  This Lease begins on 1 April 2024 and runs for five years.\n\n"
    "8.2  Either party may terminate this Lease on three months' written notice, given so as to end on the last "
    "day of a calendar month.\n\n"
    "8.3  Where the tenant is in arrears of two months' rent, the landlord may terminate this Lease without notice.\n"
)
LETTER = """# Arrears

Dear Ms Okafor,

our records show that the rent for May and June has not reached us 𝒙. Under clause 8.3 of the lease, a landlord whose
tenant is two months late may end the tenancy at once. We would much rather not.

## What we propose

Please pay the amount of £4,300 by 15 July. If you can't, call us: we have always found a way, and we expect to find
one again. A payment plan over six months would be acceptable to us.

## The deposit

Nothing in this letter changes the agreement on the deposit, which is held by the scheme named in the lease.
"""
CODE = '''"""Late fees, as the lease has them."""

RATE = 0.04


def late_fee(rent: float, days: int) -> float:
    """Four per cent a year, from the eighth day on."""
    if days <= 7:
        return 0.0
    return round(rent * RATE * days / 365, 2)
'''
SOURCES = {1: ("lease-2024.pdf", LEASE), 2: ("letter-03.md", LETTER), 3: ("late_fees.py", CODE)}
LONG_NAME = " and ".join(["Minutes of the partners' meetings on the sale of Harrow Mill"] * 4)
OTHER_FOLDERS = tuple(f"/home/ada/Archive/{name}" for name in ("2002", "2003", LONG_NAME, *range(2005, 2010)))
HOUR, DAY = 3600, 86400
MANY = 100_000
CONVERSATIONS = (
    ("How long is the notice period?", 60),
    ("Q3 totals by region", 2 * 60),
    ("Who attended the partners' meeting in March, and what was decided about Harrow Mill?", 2 * DAY),
    ("Knee exercises after week two", 4 * DAY),
    ("What does the retention policy say about backups?", 30 * DAY),
)
MODELS = (
    Model("/models/qwen2.5-1.5b.gguf", "Qwen2.5 Coder 1.5B Instruct", "qwen2", 1_117_320_768, 32768, ""),
    Model("/models/smollm2.gguf", "SmolLM2 135M Instruct", "llama", 98_362_432, 8192, ""),
    Model("/models/broken.gguf", "broken", "", 1024, 0, "This file is not a GGUF model: its header is cut off."),
)
GIVEN_UP = "The graphics card is not used. It ended in the middle of an answer."
TRUTH_QUESTIONS = (
    "How long is the notice period?",
    "What does lease 2024 say about arrears?",
    "When was the roof last repaired?",
)
REPORT = TruthReport(
    "Qwen2.5-Coder-1.5B.gguf",
    1.2,
    3,
    TruthMeasures(25, 24, 1, 210),
    TruthMeasures(26, 23, 2, 340),
    1_790_000_000.0,
    TRUTH_QUESTIONS,
)
_OTHER = "It was made for a llama model; the one in use is qwen2."
TONES = (
    Tone(
        "/tones/house.gguf",
        "House style",
        "qwen2",
        16,
        "",
        Fit(Verdict.FITS, "", "Qwen2.5-Coder-1.5B-Instruct"),
        ToneCard(
            licence="apache-2.0",
            origin="/home/ada/Downloads/house-style",
            added_at=1_790_000_000.0,
            sample=ToneSample("How long is the notice period?", 1.0, "The notice period, we confirm, is three months."),
            truth=(REPORT,),
        ),
    ),
    Tone(
        "/tones/plain-words.gguf",
        "Plain words",
        "qwen2",
        8,
        "",
        Fit(
            Verdict.OTHER_BASE,
            "It was made for Qwen2.5-1.5B, and this model is Qwen2.5-Coder 1.5B: it may sound wrong.",
            "Qwen2.5-1.5B",
        ),
    ),
    Tone("/tones/other.gguf", "Clinic letters", "llama", 8, _OTHER, Fit(Verdict.MISFIT, _OTHER, "")),
)


def write_sources(folder: Path) -> dict[int, Path]:
    """The files by id; what is there already is left as it is."""
    place = folder / "Contracts"
    place.mkdir(parents=True, exist_ok=True)
    paths: dict[int, Path] = {}
    for number, (name, text) in SOURCES.items():
        paths[number] = place / name
        if not paths[number].exists():
            paths[number].write_text(text, encoding="utf-8")
    return paths


def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def format_of(path: Path) -> str:
    return {".pdf": "pdf", ".md": "markdown", ".py": "code"}[path.suffix]


def document_of(path: Path) -> Document:
    return Document(text_of(path), "", format_of(path), True, (), ())


def blocks_of(text: str) -> tuple[Block, ...]:
    blocks: list[Block] = []
    at = 0
    for line in text.splitlines(keepends=True):
        if line.startswith("#"):
            level = len(line) - len(line.lstrip("#"))
            blocks.append(Block(BlockKind.HEADING, at, at + len(line.rstrip()), level))
        at += len(line)
    return tuple(blocks)


def link(n: int, file_id: int, path: Path, page: int | None, heading: str, quote: str) -> FootnoteLink:
    text = SOURCES[file_id][1]
    start = text.index(quote)
    digest = hashlib.sha256(text.encode()).hexdigest()
    return FootnoteLink(n, file_id, str(path), digest, page, heading, start, start + len(quote), quote)


def footnotes(files: dict[int, Path]) -> tuple[FootnoteLink, ...]:
    notice = "Either party may terminate this Lease on three months' written notice"
    late = "Where the tenant is in arrears of two months' rent, the landlord may terminate this Lease without notice."
    once = "a landlord whose\ntenant is two months late may end the tenancy at once"
    return (
        link(1, 1, files[1], 7, "8 Termination", notice),
        link(2, 1, files[1], 7, "8 Termination", late),
        link(3, 2, files[2], None, "Arrears", once),
        link(4, 3, files[3], None, "", "Four per cent a year, from the eighth day on."),
    )


def formed(number: int, conversation: int, question: str, files: dict[int, Path]) -> Answer:
    """A table, or JSON that does not follow its schema, each with a value that is not in the files."""
    none, yes, no = Support.NONE, Support.SUPPORTED, Support.UNSUPPORTED
    if "table" in question:
        kind, problems = AnswerFormat.TABLE, ()
        rows = (("| Right | Notice |", none), ("|---|---|", none), ("| Either party | three months |", yes))
        lines = (*rows, ("| Landlord, arrears | none |", yes), ("| Guest | a week |", no))
    else:
        kind, problems = AnswerFormat.JSON, ("deposit: 'a week' is not of type 'number'",)
        lines = (("{", none), ('"notice": "three months",', yes), ('"deposit": "a week"', no), ("}", none))
    between = "\n  " if kind is AnswerFormat.JSON else "\n"
    text = between.join(line for line, _ in lines).replace("\n  }", "\n}")
    numbers = iter((1, 2))
    sentences = tuple(Sentence(line, how, (next(numbers),) if how is yes else ()) for line, how in lines)
    plain = refusal(number, conversation, question, files)
    shown = dataclasses.replace(plain, text=text, refused=False, sentences=sentences, footnotes=footnotes(files)[:2])
    return dataclasses.replace(shown, format=kind, problems=problems, passages=())


def answer(number: int, conversation: int, question: str, files: dict[int, Path]) -> Answer:
    if "moon" in question:
        return refusal(number, conversation, question, files)
    if "JSON" in question or "table" in question:
        return formed(number, conversation, question, files)
    sentences = (
        Sentence("Either side may end the lease with three months' notice.", Support.SUPPORTED, (1,)),
        Sentence("If the rent is two months late, the landlord may end it at once.", Support.SUPPORTED, (2, 3)),
        Sentence("The deposit is returned within a week.", Support.UNSUPPORTED, ()),
        Sentence(
            "A late fee of four per cent a year is charged from the first day.", Support.PARTLY, (4,), ("first day",)
        ),
    )
    text = " ".join(s.text for s in sentences[:2]) + " " + sentences[2].text + "\n\n" + sentences[3].text
    standalone = question if conversation != 99 and "it" not in question.split() else "How long is the lease's notice?"
    return Answer(
        number, conversation, question, standalone, text, False, AnswerState.FINISHED, sentences, footnotes(files),
        passages(files) if "why" in question else (), MODELS[0].path, (), 1_790_000_000.0, 4.2,
        "only Contracts" if "@" in question else "All 1,204 files were searched.",
    )  # fmt: skip


def passages(files: dict[int, Path]) -> tuple[FoundPassage, ...]:
    whys = (
        Why(("notice", "lease"), 1, 9.53, 2, 0.612, ("lease",)),
        Why(("lease",), 2, 4.1, None, None),
        Why((), None, 0.0, 1, 0.634),
        Why(tuple(f"word{n}" for n in range(40)), 3, 2.2, 9, 0.2, ("late", "fees")),
    )
    return tuple(
        FoundPassage(f.n, f.file_id, f.file, f.start, f.end, f.page, f.quote, 34.0 - f.n, f.heading, why)
        for f, why in zip(footnotes(files), whys, strict=True)
    )


def scopes(folder: Path) -> tuple[ScopeSuggestion, ...]:
    long = "Minutes of the partners' meeting on the sale of Harrow Mill and the lands that belong to it, second draft"
    place = folder / "Contracts"
    return (
        ScopeSuggestion("folder", "Contracts", str(place), "@Contracts"),
        ScopeSuggestion("folder", "Tax letters", str(place / "Tax letters"), '@"Tax letters"'),
        ScopeSuggestion(
            "file", "contract-lease-2024.pdf", str(place / "contract-lease-2024.pdf"), "@contract-lease-2024.pdf"
        ),
        ScopeSuggestion("file", f"{long}.docx", str(place / "Harrow Mill" / f"{long}.docx"), f'@"{long}.docx"'),
        ScopeSuggestion("type", "PDF", "800 files", "@pdf"),
        ScopeSuggestion("date", "Last month", "Changed then", "@last-month"),
    )


def refusal(number: int, conversation: int, question: str, files: dict[int, Path]) -> Answer:
    text = "None of your files says anything about the moon."
    return Answer(
        number, conversation, question, question, text, True, AnswerState.FINISHED,
        (Sentence(text, Support.NONE, ()),), (), passages(files)[:3], MODELS[0].path, (), 1_790_000_000.0, 1.1, "",
    )  # fmt: skip


def file_rows(folder: Path, files: dict[int, Path], *, problems: bool = False) -> list[FileRow]:
    """1,204 files; with problems 106 more in states that a person may want to mend."""
    rows = [FileRow(n, 1, str(p), FileState.INDEXED, "", 2300 * n, 1.79e9, 3 + n, "") for n, p in files.items()]
    odd = (
        ("scan-0031.pdf", FileState.NEEDS_OCR, "It holds pictures of pages and no text."),
        ("salaries.pdf", FileState.LOCKED, "It is protected by a password."),
        ("dump.md", FileState.TOO_LARGE, "It is 310 MB; up to 100 MB are read."),
        ("broken.docx", FileState.FAILED, "The file is damaged: its directory is missing."),
        ("hostile.pdf", FileState.QUARANTINED, "Reading it ended the file reader twice."),
        ("empty.txt", FileState.EMPTY, "There is no text in it."),
    )
    for n, (name, state, reason) in enumerate(odd, 10):
        rows.append(FileRow(n, 1, str(folder / "Contracts" / name), state, reason, 48_000 * n, 1.79e9, 0, ""))
    for n in range(20, 1215):
        path = str(folder / "Contracts" / f"letter-{n:04}.docx")
        rows.append(FileRow(n, 1, path, FileState.INDEXED, "", 31_000 + n, 1.79e9 - n * DAY, n % 40 + 1, "docx"))
    return rows + (problem_rows(folder / "Contracts") if problems else [])


def problem_rows(folder: Path) -> list[FileRow]:
    scanned = (
        "This PDF shows pictures of its pages and holds no readable text. "
        "Have the text recognised with a scanning program (OCR) and save the PDF again."
    )
    many = (
        (FileState.NEEDS_OCR, 40, "pdf", scanned),
        (FileState.LOCKED, 5, "pdf", "This file is protected with a password."),
        (FileState.FAILED, 20, "docx", "This Word document is damaged and can't be read."),
        (FileState.UNSUPPORTED, 31, "dwg", "Files of type “.dwg” can't be read yet."),
        (FileState.WAITING, 10, "md", ""),
    )
    rows: list[FileRow] = []
    for state, count, ending, reason in many:
        for n in range(count):
            path = folder / "2023" / "Harrow Mill and the lands that belong to it" / f"{state}-{n:03}.{ending}"
            rows.append(FileRow(2000 + len(rows), 1, str(path), state, reason, 90_000, 1.78e9, 0, ""))
    return rows


def many_rows(offset: int, limit: int) -> tuple[FileRow, ...]:
    """Of 100,000 files."""
    places = range(offset, min(offset + limit, MANY))
    return tuple(
        FileRow(n + 1, 1, f"/home/ada/Documents/Client {n // 500:03}/Matter {n // 40 % 12}/letter-{n:06}.docx",
                FileState.NEEDS_OCR if n % 30 == 7 else FileState.INDEXED, "It holds pictures." if n % 30 == 7 else "",
                20_000 + n, 1.6e9 + n * 997, n % 40, "docx")
        for n in places
    )  # fmt: skip


def draw_page(path: Path, number: int, scale: float) -> tuple[tuple[float, float, float, float], ...]:
    """A page like a lease's, and the boxes of its marked lines in pixels."""
    application = QGuiApplication.instance() or QGuiApplication(["fake", "-platform", "offscreen"])
    assert application is not None
    image = QImage(round(595 * scale), round(842 * scale), QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.white)
    painter = QPainter(image)
    painter.scale(scale, scale)
    font = painter.font()
    font.setFamily("Noto Serif")
    font.setPixelSize(12)
    painter.setFont(font)
    lines = [f"– {number} –", "", *LEASE.split("\n")]
    boxes: list[tuple[float, float, float, float]] = []
    top = 70.0
    for line in lines:
        flags = Qt.TextFlag.TextWordWrap
        place = painter.boundingRect(QRectF(80, top, 435, 700), flags, line or " ")
        painter.drawText(place, flags, line)
        if "Either party" in line:
            boxes = [
                (
                    place.left() * scale,
                    (place.top() + n * 16) * scale,
                    place.right() * scale,
                    (place.top() + n * 16 + 15) * scale,
                )
                for n in range(2)
            ]
        top = place.bottom() + 10
    painter.end()
    temporary = path.with_suffix(".part")
    image.save(str(temporary), "PNG")  # pyright: ignore[reportCallIssue,reportArgumentType]  # text is taken for bytes
    temporary.replace(path)
    return tuple(boxes)


def words_of_page(boxes: Sequence[tuple[float, float, float, float]]) -> tuple[PageWord, ...]:
    """Two words in each of the boxes."""
    said = iter(("Either ", "party\n", "may ", "end it."))
    placed: list[PageWord] = []
    for left, top, right, bottom in boxes:
        middle = (left + right) / 2
        placed += [
            PageWord(next(said), (Box(*place),))
            for place in ((left, top, middle - 1, bottom), (middle, top, right, bottom))
        ]
    return tuple(placed)


EMBEDDERS = Embedders(
    (
        EmbedderEntry("all-MiniLM-L6-v2", 256, 90_868_376, ""),
        EmbedderEntry("multilingual-e5-small", 512, 471_000_000, ""),
        EmbedderEntry("old-distiluse", 0, 270_000_000, "Its layers are of a kind that can't be run fast."),
    ),
    "all-MiniLM-L6-v2",
    "all-MiniLM-L6-v2",
    0,
    0,
)
EMBEDDER_OFFERS = (
    EmbedderOffer(
        "granite-97m", "ibm-granite/granite-97m", "Apache-2.0", ("de", "en"), "97M", 32768, "Small: the first to try."
    ),
    EmbedderOffer("bge-small-en-v1.5", "BAAI/bge-small-en-v1.5", "MIT", ("en",), "33M", 512, "English, small."),
)
