"""Sizes, times, states and places as a person would say them. Pure functions from values to translated text."""

import os
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from pathlib import Path, PurePath

from PySide6.QtCore import QDate, QLocale, QTime

from desktop.domain.answers import FoundPassage
from desktop.domain.files import FileState
from desktop.gui.translation import tr
from desktop.protocol.engine_messages import IndexingProgress

TOLD = 8  # words of a question that are told one by one
UNITS = ("B", "KB", "MB", "GB", "TB")


def size_text(size: int) -> str:
    """Bytes in the decimal units that file managers use."""
    amount = float(size)
    for unit in UNITS:
        if amount < 1000 or unit == UNITS[-1]:
            digits = 0 if unit == "B" or amount >= 10 else 1
            return f"{amount:.{digits}f} {unit}"
        amount /= 1000
    raise AssertionError("unreachable")


def left_text(seconds: float | None) -> str:
    """Time left, never more exact than it is known."""
    if seconds is None:
        return ""
    if seconds < 60:
        return tr("under a minute left")
    if seconds < 3600:
        return tr("about {n} minute left", "about {n} minutes left", round(seconds / 60))
    return tr("about {n} hour left", "about {n} hours left", round(seconds / 3600))


def progress_text(progress: IndexingProgress) -> str:
    if progress.phase == "paused":
        return tr("Paused at {done} of {total}", done=f"{progress.done:,}", total=f"{progress.total:,}")
    if progress.phase == "battery":
        return tr("Waiting to be plugged in")
    if progress.phase == "hindered":
        return tr("Waiting: {problem}", problem=progress.problem)
    if progress.phase == "scanning":
        return tr("Looking for changes…")
    doing = {
        "reading": tr("Reading {done} of {total}"),
        "recognising": tr("Recognising {done} of {total}"),
    }.get(progress.phase, tr("Learning {done} of {total}"))
    text = doing.format(done=f"{progress.done:,}", total=f"{progress.total:,}")
    left = left_text(progress.seconds_left)
    return f"{text}  ·  {left}" if left else text


def stage_text(stage: str) -> str:
    texts = {
        "finding": tr("Finding…"),
        "loading": tr("Loading the model…"),
        "reading": tr("Reading…"),
        "thinking": tr("Thinking…"),
        "writing": tr("Writing…"),
        "checking": tr("Checking…"),
    }
    return texts.get(stage, tr("Working…"))


def state_text(state: FileState) -> str:
    texts = {
        FileState.WAITING: tr("waiting"),
        FileState.READING: tr("reading"),
        FileState.INDEXED: tr("indexed"),
        FileState.EMPTY: tr("empty"),
        FileState.NEEDS_OCR: tr("needs OCR"),
        FileState.LOCKED: tr("locked"),
        FileState.UNSUPPORTED: tr("unsupported"),
        FileState.TOO_LARGE: tr("too large"),
        FileState.FAILED: tr("failed"),
        FileState.QUARANTINED: tr("quarantined"),
        FileState.MISSING: tr("missing"),
    }
    return texts[state]


def counted_state(state: FileState, n: int) -> str:
    """`41 need OCR`, `1 locked`: so many files in this state."""
    texts = {
        FileState.WAITING: tr("{n} waiting", "", n),
        FileState.READING: tr("{n} being read", "", n),
        FileState.INDEXED: tr("{n} indexed", "", n),
        FileState.EMPTY: tr("{n} empty", "", n),
        FileState.NEEDS_OCR: tr("{n} needs OCR", "{n} need OCR", n),
        FileState.LOCKED: tr("{n} locked", "", n),
        FileState.UNSUPPORTED: tr("{n} unsupported", "", n),
        FileState.TOO_LARGE: tr("{n} too large", "", n),
        FileState.FAILED: tr("{n} failed", "", n),
        FileState.QUARANTINED: tr("{n} quarantined", "", n),
        FileState.MISSING: tr("{n} missing", "", n),
    }
    return texts[state]


def files_text(n: int) -> str:
    return tr("{n} file", "{n} files", n)


def indexed_text(indexed: int, total: int) -> str:
    """`1,204 of 1,310 files`, or only `1,310 files` when all are indexed."""
    if indexed == total:
        return files_text(total)
    return tr("{indexed} of {files}", indexed=f"{indexed:,}", files=files_text(total))


def formats_text(formats: Mapping[str, int]) -> str:
    """`800 pdf, 404 docx`, the most frequent first."""
    ordered = sorted(formats.items(), key=lambda item: (-item[1], item[0]))
    return ", ".join(f"{count:,} {name}" for name, count in ordered)


def file_name(path: str) -> str:
    """The last part of a path, fit to be shown whatever bytes it holds."""
    return shown(PurePath(path).name or path)


def shown_path(path: str) -> str:
    """A whole path, with `~` for the user's own folder."""
    home = str(Path.home())
    return shown("~" + path[len(home) :] if path.startswith(home + os.sep) else path)


def shown(text: str) -> str:
    """Text with undecodable bytes and direction tricks replaced, so that a name can't pose as another."""
    seen = text.encode("utf-8", "replace").decode("utf-8")
    return "".join("\ufffd" if c in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069" else c for c in seen)


def place_text(page: int | None, heading: str, place: str = "") -> str:
    """Where in a file: its slide, cells or the like, its page, or else the last heading, or nothing."""
    if place:
        return shown(place)
    if page is not None:
        return tr("p. {page}", page=page)
    return tr("§ {heading}", heading=shown(heading.split(" > ")[-1])) if heading else ""


def why_text(passage: FoundPassage) -> str:
    """Why a passage was found: `Words: notice, lease (no. 1, 9.5)  ·  Meaning: no. 2 (0.61)  ·  Score: 33.9`."""
    why = passage.why
    if why is None:
        return ""
    parts: list[str] = []
    if why.words:
        listed = ", ".join(why.words[:TOLD]) + (" …" if len(why.words) > TOLD else "")
        words = tr("Words: {words}", words=shown(listed))
        rank = tr("no. {rank}, {score}", rank=why.word_rank, score=f"{why.word_score:.1f}")
        parts.append(f"{words} ({rank})" if why.word_rank is not None else words)
    if why.cosine is not None:
        rank = tr("no. {rank}, {score}", rank=why.meaning_rank, score=f"{why.cosine:.2f}")
        parts.append(tr("Meaning: {nearness}", nearness=rank if why.meaning_rank is not None else f"{why.cosine:.2f}"))
    if why.name_words:
        parts.append(tr("File name: {words}", words=shown(", ".join(why.name_words))))
    parts.append(tr("Score: {score}", score=f"{passage.score:.1f}"))
    return "  ·  ".join(parts)


def changed_text(seconds: float, today: date) -> str:
    """When a file was changed, as the system writes it: the time if today, else the day. Seconds since the epoch."""
    if seconds <= 0:
        return "–"
    try:
        changed = datetime.fromtimestamp(seconds)
    except (OverflowError, OSError, ValueError):
        return "–"
    form = QLocale.FormatType.ShortFormat
    if changed.date() == today:
        return QLocale.system().toString(QTime(changed.hour, changed.minute), form)
    return QLocale.system().toString(QDate(changed.year, changed.month, changed.day), form)


def day_text(day: date, today: date) -> str:
    """`today`, or the date as the system writes it."""
    if day == today:
        return tr("today")
    return QLocale.system().toString(QDate(day.year, day.month, day.day), QLocale.FormatType.ShortFormat)


def day_group(day: date, today: date) -> str:
    if day >= today:
        return tr("Today")
    if day >= today - timedelta(days=7):
        return tr("Last week")
    return tr("Older")


SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def partly_text(missing: tuple[str, ...]) -> str:
    """What is said of a sentence that is only partly supported."""
    if not missing:
        return tr("Only part of this is in your files")
    return tr("Not in your files: {words}", words=", ".join(shown(word) for word in missing))


def superscript(n: int) -> str:
    return str(n).translate(SUPERSCRIPTS)
