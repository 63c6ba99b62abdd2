"""Where to look in a source file: what a footnote or passage points at. Pure."""

from dataclasses import dataclass
from pathlib import PurePath

from desktop.domain.answers import Answer, FootnoteLink, FoundPassage
from desktop.protocol.source_messages import CitedWords

# Opening these with the system would run them.
RUNNABLE = (
    ".py",
    ".pyw",
    ".sh",
    ".bash",
    ".bat",
    ".cmd",
    ".ps1",
    ".vbs",
    ".js",
    ".command",
    ".desktop",
    ".exe",
    ".jar",
)


@dataclass(frozen=True, slots=True)
class SourcePlace:
    """Offsets in code points; equal ones mark nothing. `sha256` empty: nothing to compare with.

    `n` and `answer` are set for a footnote. `words` say where it is when that is no page: "slide 4".
    """

    file_id: int
    file: str
    page: int | None
    heading: str
    start: int
    end: int
    quote: str
    sha256: str
    n: int = 0
    answer: Answer | None = None
    words: str = ""

    @property
    def runnable(self) -> bool:
        return PurePath(self.file).suffix.lower() in RUNNABLE

    def cited(self) -> tuple[tuple[int, CitedWords], ...]:
        """(number of the footnote, its words): what is pointed at, then the answer's other footnotes in this file."""
        first = (self.n, CitedWords(self.sha256, self.start, self.end, self.page, self.quote))
        links = cited_from(self.answer, self.file_id) if self.answer is not None else ()
        others = ((f.n, CitedWords(f.sha256, f.start, f.end, f.page, f.quote)) for f in links if f.n != self.n)
        return (first, *others)


def of_footnote(answer: Answer, n: int) -> SourcePlace | None:
    link = next((footnote for footnote in answer.footnotes if footnote.n == n), None)
    if link is None:
        return None
    where = (link.file_id, link.file, link.page, link.heading, link.start, link.end)
    return SourcePlace(*where, link.quote, link.sha256, n, answer, link.place)


def of_passage(passage: FoundPassage) -> SourcePlace:
    where = (passage.file_id, passage.file, passage.page, passage.context, passage.start, passage.end)
    return SourcePlace(*where, passage.text, "", words=passage.place)


def of_file(file_id: int, path: str) -> SourcePlace:
    return SourcePlace(file_id, path, None, "", 0, 0, "", "")


def cited_from(answer: Answer, file_id: int) -> tuple[FootnoteLink, ...]:
    """The footnotes of the answer that rest on this file."""
    return tuple(footnote for footnote in answer.footnotes if footnote.file_id == file_id)


def step_footnote(answer: Answer, n: int, step: int) -> int:
    """The number of the footnote before or after `n`, going round; 0 when there is no other."""
    numbers = [footnote.n for footnote in answer.footnotes]
    if n not in numbers or len(numbers) < 2:
        return 0
    return numbers[(numbers.index(n) + step) % len(numbers)]
