"""Subtitles (.srt, .vtt): what is said, half a minute at a time, below the time at which it begins."""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from desktop.domain.documents import BlockKind, Document
from desktop.domain.places import At, PlaceUnit
from desktop.reading.encodings import decode_text
from desktop.reading.text_builder import TextBuilder, one_line
from desktop.reading.text_lines import paragraphs_of

SECTION_SECONDS = 30
_TIME = r"(?:(\d{1,4}):)?(\d{1,2}):(\d{1,2})[.,]\d{1,3}"
_TIMES = re.compile(
    rf"[ \t]{{0,20}}{_TIME}[ \t]{{0,20}}-->[ \t]{{0,20}}(?:\d{{1,4}}:)?\d{{1,2}}:\d{{1,2}}[.,]\d{{1,3}}"
)
_SPEAKER = re.compile(r"<v(?:\.[^\s<>]{1,100})?\s+([^<>]{1,200})>")
_MARK = re.compile(r"</?[a-zA-Z][^<>]{0,200}>|<\d[\d:.]{0,20}>|\{\\[^{}]{0,100}\}")


@dataclass(frozen=True, slots=True)
class Cue:
    """One line or two on the screen; `start` in seconds."""

    start: int
    speaker: str
    text: str


def read(data: bytes) -> Document:
    """Raises FileProblem when it is no text."""
    builder = TextBuilder()
    begun: int | None = None
    lines: list[str] = []
    speaker, last = "", ""
    for cue in cues_of(decode_text(data)):
        if begun is None or cue.start >= begun + SECTION_SECONDS:
            _flush(builder, begun, lines)
            begun, speaker = cue.start, ""
        if cue.text != last:  # captions that roll up repeat the line before
            lines.append(f"{cue.speaker}: {cue.text}" if cue.speaker not in ("", speaker) else cue.text)
        speaker, last = cue.speaker or speaker, cue.text
    _flush(builder, begun, lines)
    return replace(builder.document("subtitles", ""), title="")  # the first heading is but a time


def cues_of(text: str) -> Iterator[Cue]:
    """Whatever has a time; notes, styles and numbers have none."""
    for group in paragraphs_of(text):
        for index, line in enumerate(group[:3]):
            if match := _TIMES.match(line.text):
                hours, minutes, seconds = (int(part or 0) for part in match.groups())
                raw = " ".join(following.text for following in group[index + 1 :])
                speaker = _SPEAKER.search(raw)
                words = one_line(html.unescape(_MARK.sub("", raw)))
                if words:
                    yield Cue(hours * 3600 + minutes * 60 + seconds, one_line(speaker[1]) if speaker else "", words)
                break


def _flush(builder: TextBuilder, begun: int | None, lines: list[str]) -> None:
    if begun is not None and lines:
        at = At(PlaceUnit.TIME, _clock(begun), _clock(begun))
        builder.add(BlockKind.HEADING, _clock(begun), 1)
        builder.add(BlockKind.PARAGRAPH, "\n".join(lines), at=at)
    lines.clear()


def _clock(seconds: int) -> str:
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
