"""What a tone's card says of it, as a person would. Pure functions from values to translated text."""

from datetime import date
from pathlib import Path

from desktop.domain.fits import Verdict
from desktop.domain.models import Tone
from desktop.domain.tones import ToneCard, TruthMeasures, TruthReport
from desktop.gui.translation import tr
from desktop.gui.wording import day_text, shown, shown_path


def fit_text(tone: Tone, model: str) -> tuple[str, str]:
    """(sentence, look)"""
    if tone.problem:
        return tr("Doesn’t fit: {reason}", reason=shown(tone.problem)), "bad"
    if tone.fit is None:
        return tr("There is no model to compare it with."), "muted"
    if tone.fit.verdict is Verdict.OTHER_BASE:
        return tr("Same shape, other base. {reason}", reason=shown(tone.fit.reason)), "muted"
    return tr("Fits {model}", model=shown(model)), "good"


def facts_text(tone: Tone) -> str:
    """`made for Qwen2.5-Coder  ·  rank 16  ·  licence apache-2.0  ·  from ~/firm  ·  added today`"""
    card: ToneCard = tone.card
    base = tone.fit.base if tone.fit is not None and tone.fit.base else tone.architecture
    parts = [tr("made for {base}", base=shown(base))] if base else []
    parts += [tr("rank {rank}", rank=tone.rank)] if tone.rank else []
    parts.append(tr("licence {name}", name=shown(card.licence)) if card.licence else tr("licence not stated"))
    if card.origin:
        parts.append(tr("from {place}", place=shown_path(card.origin)))
    if card.added_at:
        parts.append(tr("added {day}", day=day_text(date.fromtimestamp(card.added_at), date.today())))
    return "  ·  ".join(parts)


def sample_text(tone: Tone) -> tuple[str, str]:
    """(what it said, when that was); both empty before it was heard."""
    sample = tone.card.sample
    if sample is None:
        return "", ""
    said = tr("“{text}”", text=shown(sample.text))
    if not sample.question:
        return said, tr("as its maker gave it")
    percent = round(sample.strength * 100)
    return said, tr("at {percent} %, asked: {question}", percent=percent, question=shown(sample.question))


def share_text(measures: TruthMeasures) -> str:
    if not measures.claims:
        return tr("none")
    return tr("{percent} %", percent=round(100 * measures.supported / measures.claims))


def truth_headline(report: TruthReport) -> str:
    """`96 % → 88 % at 120 %`"""
    before, after = share_text(report.before), share_text(report.after)
    return tr("{before} → {after} at {percent} %", before=before, after=after, percent=round(report.strength * 100))


def truth_details(report: TruthReport) -> str:
    before, after = report.before, report.after
    parts = [
        tr("found {before} → {after}", before=_of(before), after=_of(after)),
        tr("refusals {before} → {after}", before=before.refused, after=after.refused),
        tr("words {before} → {after}", before=before.words, after=after.words),
        tr("{n} question", "{n} questions", report.questions),
        shown(Path(report.model).stem),
    ]
    return "  ·  ".join(parts)


def _of(measures: TruthMeasures) -> str:
    return tr("{found} of {all}", found=measures.supported, all=measures.claims)
