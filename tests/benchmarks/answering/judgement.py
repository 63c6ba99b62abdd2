"""What the loaded model's own yes or no would add to the check, and what it would cost: labelled claims are judged by
the check alone, and with a question to the model beside the conversation.
"""

import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass

from desktop.answering.checking import Checked, check, nearest
from desktop.answering.evidence import Evidence
from desktop.answering.interfaces import Generator
from desktop.protocol.runner_messages import Turn
from tests.benchmarks.answering.claims import LabelledClaim, auroc

ASKED = 60  # claims
_RULES = "You compare a claim with words of a source. Reply with Yes if the words say what the claim says, else No."
_WEIGHTS = (0.05, 0.1, 0.2, 0.4)
_OFFERED = 3


@dataclass(frozen=True, slots=True)
class Judged:
    """One claim. `yes`: what the model said of the sentences that carry it; `first`, `first_then`: whether the sentence
    that is shown first is a supporting one, by the check and with the model's choice among its best three.
    """

    supported: bool
    score: float
    yes: bool
    first: bool | None
    first_then: bool | None
    seconds: float


def judge(claim: LabelledClaim, evidence: Evidence, model: Generator) -> Judged:
    checked = check(claim.text, evidence)
    offered = nearest(claim.text, evidence, _OFFERED)
    began = time.perf_counter()
    yes = _says_yes(model, claim.text, " ".join(unit.text for unit in checked.units or offered[:1]))
    seconds = time.perf_counter() - began
    chosen = next((unit for unit in offered if _says_yes(model, claim.text, unit.text)), offered[0])
    return Judged(
        supported=claim.supported,
        score=checked.score,
        yes=yes,
        first=claim.names(_nearest(checked)) if claim.named else None,
        first_then=claim.names(chosen.start) if claim.named else None,
        seconds=seconds,
    )


def judgement_lines(judged: Sequence[Judged]) -> list[str]:
    by_weight = ", ".join(
        f"{auroc([(one.score + weight * one.yes, one.supported) for one in judged]):.3f} ({weight:g})"
        for weight in _WEIGHTS
    )
    first = [one.first for one in judged if one.first is not None]
    then = [one.first_then for one in judged if one.first_then is not None]
    said = {kind: [one.yes for one in judged if one.supported is kind] for kind in (True, False)}
    share = statistics.fmean
    return [
        f"The model's own yes or no, {len(judged)} claims of the held-out half",
        f"  AUROC {auroc([(one.score, one.supported) for one in judged]):.3f}; a yes added to the score: {by_weight}",
        f"  supporting sentence first {share(first):.3f}; the first of three that the model accepts {share(then):.3f}",
        f"  says yes to {share(said[True]):.2f} of the supported, {share(said[False]):.2f} of the rest",
        f"  {statistics.median(one.seconds for one in judged):.2f} s a question",
    ]


def _nearest(checked: Checked) -> int:
    return checked.nearest.start if checked.nearest else -1


def _says_yes(model: Generator, claim: str, words: str) -> bool:
    asked = f"Words of the source: {words}\n\nClaim: {claim}\n\nDo the words say what the claim says? Yes or No."
    turns = (Turn("system", _RULES), Turn("user", asked))
    said = model.generate(turns, max_tokens=2, aside=True, on_text=lambda _: None)
    return said.text.strip().lower().startswith("yes")
