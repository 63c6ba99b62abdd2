"""Turns the words of a finished answer into sentences with numbered footnotes. Markers that a model printed go."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from desktop.answering.checking import Checked, check
from desktop.answering.evidence import Evidence, Unit
from desktop.answering.forms.form import Claim, sentence_claims
from desktop.answering.interfaces import Place
from desktop.answering.narrowing import narrowed
from desktop.answering.sentences import sentence_spans
from desktop.domain.answers import FootnoteLink, Sentence, Support

_NUMBERS = r"\^?\d{1,2}(?:\s*[,;–-]\s*\^?\d{1,2})*"
_SOURCE = r"(?:sources?|quellen?|fuentes?|fonti?e?|bron(?:nen)?|footnotes?|来源|来源：)"
_MARKERS = re.compile(
    rf"\s*[\[【]\s*(?:{_SOURCE}\s*:?\s*)?{_NUMBERS}\s*[\]】]|\s*\(\s*{_SOURCE}\s*:?\s*\[?{_NUMBERS}\]?[^()]{{0,60}}\)|"
    r"[⁰¹²³⁴-⁹]+(?=[\s.,;:!?]|$)|(?<=[.!?])\s*Sources?:\s*\[?\d[\d,\s\]\[]*$",
    re.IGNORECASE,
)
_ACCORDING = re.compile(
    rf"(?m)^\s*(?:according to|laut|nach|selon|según)\s+{_SOURCE}\s*\[?\d{{1,2}}\]?\s*,\s*(\w)", re.I
)


@dataclass(frozen=True, slots=True)
class CheckedAnswer:
    """`text` is the sentences in order with only white space between; `checks` stand beside the sentences."""

    text: str
    sentences: tuple[Sentence, ...]
    footnotes: tuple[FootnoteLink, ...]
    checks: tuple[Checked, ...]


@dataclass(slots=True)
class _Numbering:
    """Gives each run of source words one number, in order of first use; what lies within one shares its number."""

    evidence: Evidence
    place_of: Callable[[int, int, int], Place]
    links: list[FootnoteLink] = field(default_factory=list[FootnoteLink])

    def number(self, passage_number: int, start: int, end: int) -> int:
        passage = self.evidence.passages[passage_number]
        for link in self.links:
            if link.file_id == passage.file_id and link.start <= start and end <= link.end:
                return link.n
        place = self.place_of(passage.file_id, start, end)
        self.links.append(
            FootnoteLink(
                n=len(self.links) + 1,
                file_id=passage.file_id,
                file=passage.file,
                sha256=place.sha256,
                page=place.page,
                heading=place.heading,
                start=start,
                end=end,
                quote=passage.text[start - passage.start : end - passage.start],
                place=place.words,
            )
        )
        return len(self.links)

    def numbers(self, says: str, units: Sequence[Unit]) -> tuple[int, ...]:
        """Of each unit the clauses that carry what is said, less what those before it carry."""
        spans = ((u.passage, *narrowed(says, u, units[:i], self.evidence)) for i, u in enumerate(units))
        return tuple(dict.fromkeys(self.number(*span) for span in spans))


def without_markers(text: str) -> str:
    """The answer without "[1]", "(Source 2)" and the like: footnotes come from checking alone."""
    plain = _ACCORDING.sub(lambda match: match.group(1).upper(), _MARKERS.sub("", text))
    return re.sub(r"[ \t]+([.,;:!?])", r"\1", plain).strip()


def without_torn_end(text: str) -> str:
    """The answer without a last sentence that was cut off, unless it is all there is."""
    spans = sentence_spans(text)
    torn = len(spans) > 1 and text[spans[-1][1] - 1] not in ".!?…。！？\"'”’»)]"
    return text[: spans[-2][1]] if torn else text


def checked_answer(
    text: str, evidence: Evidence, place_of: Callable[[int, int, int], Place], claims: Sequence[Claim] | None = None
) -> CheckedAnswer:
    """Check every sentence, or what the text claims in its form, and number what supports it."""
    numbering = _Numbering(evidence, place_of)
    sentences: list[Sentence] = []
    checks: list[Checked] = []
    for claim in sentence_claims(text) if claims is None else claims:
        checked = check(claim.says, evidence)
        numbers = numbering.numbers(claim.says, checked.units)
        checks.append(checked)
        sentences.append(Sentence(text[claim.start : claim.end], _safe(checked), numbers, checked.missing))
    return CheckedAnswer(text, tuple(sentences), tuple(numbering.links), tuple(checks))


def quoted_answer(
    units: tuple[Unit, ...], evidence: Evidence, place_of: Callable[[int, int, int], Place]
) -> CheckedAnswer:
    """An answer made of the files' own words, one footnote a sentence."""
    numbering = _Numbering(evidence, place_of)
    sentences = tuple(
        Sentence(unit.text, Support.SUPPORTED, (numbering.number(unit.passage, unit.start, unit.end),))
        for unit in units
    )
    text = "\n".join(unit.text for unit in units)
    checks = tuple(Checked(Support.SUPPORTED, (unit,), 1.0) for unit in units)
    return CheckedAnswer(text, sentences, tuple(numbering.links), checks)


def _safe(checked: Checked) -> Support:
    """Support without a source is none at all, whatever the score."""
    carried = checked.support in (Support.SUPPORTED, Support.PARTLY)
    return Support.UNSUPPORTED if carried and not checked.units else checked.support
