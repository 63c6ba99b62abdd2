"""Turns the words of a finished answer into sentences with numbered footnotes. Markers that a model printed go."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from desktop.answering.checking import Checked, check
from desktop.answering.evidence import Evidence, Unit
from desktop.answering.forms.form import Claim, sentence_claims
from desktop.answering.interfaces import Place
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
    """Gives each run of source words one number, in order of first use."""

    evidence: Evidence
    place_of: Callable[[int, int, int], Place]
    links: dict[tuple[int, int, int], FootnoteLink] = field(default_factory=dict[tuple[int, int, int], FootnoteLink])

    def number(self, unit: Unit) -> int:
        passage = self.evidence.passages[unit.passage]
        key = (passage.file_id, unit.start, unit.end)
        if key not in self.links:
            place = self.place_of(passage.file_id, unit.start, unit.end)
            self.links[key] = FootnoteLink(
                n=len(self.links) + 1,
                file_id=passage.file_id,
                file=passage.file,
                sha256=place.sha256,
                page=place.page,
                heading=place.heading,
                start=unit.start,
                end=unit.end,
                quote=passage.text[unit.start - passage.start : unit.end - passage.start],
                place=place.words,
            )
        return self.links[key].n


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
        numbers = tuple(dict.fromkeys(numbering.number(unit) for unit in checked.units))
        checks.append(checked)
        sentences.append(Sentence(text[claim.start : claim.end], _safe(checked), numbers, checked.missing))
    return CheckedAnswer(text, tuple(sentences), tuple(numbering.links.values()), tuple(checks))


def quoted_answer(
    units: tuple[Unit, ...], evidence: Evidence, place_of: Callable[[int, int, int], Place]
) -> CheckedAnswer:
    """An answer made of the files' own words, one footnote a sentence."""
    numbering = _Numbering(evidence, place_of)
    sentences = tuple(Sentence(unit.text, Support.SUPPORTED, (numbering.number(unit),)) for unit in units)
    text = "\n".join(unit.text for unit in units)
    checks = tuple(Checked(Support.SUPPORTED, (unit,), 1.0) for unit in units)
    return CheckedAnswer(text, sentences, tuple(numbering.links.values()), checks)


def _safe(checked: Checked) -> Support:
    """Support without a source is none at all, whatever the score."""
    carried = checked.support in (Support.SUPPORTED, Support.PARTLY)
    return Support.UNSUPPORTED if carried and not checked.units else checked.support
