"""Trials of a tone on the user's own files: heard beside no tone, and whether it costs truth. One thread, behind all
questions. The answers are the pipeline's; none becomes part of a conversation.
"""

import contextlib
import logging
import queue
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from desktop.answering.interfaces import Draft
from desktop.domain.answers import ToneChoice
from desktop.domain.errors import FootnoteError, UserError
from desktop.domain.tones import ToneSample, TruthReport
from desktop.engine.broadcast import Broadcast
from desktop.engine.tone_requests import ToneRequests, check_strengths
from desktop.engine.trial_answers import Interrupted, TrialAnswers, measured
from desktop.engine.truth_questions import MOST, TruthQuestions
from desktop.protocol.common_messages import Nothing
from desktop.protocol.engine_messages import (
    CheckTruth,
    HearTone,
    ToneHeard,
    TrialEnded,
    TrialId,
    TrialProgressed,
    TrialText,
    TruthQuestionList,
)

_MOST_STRENGTHS = 6

_LONGEST_SAMPLE = 300

log = logging.getLogger("footnote.engine")


@dataclass(slots=True)
class _Trial:
    """`strengths` begins with 0: without the tone."""

    number: int
    tone: str
    questions: tuple[str, ...]
    strengths: tuple[float, ...]
    truth: bool
    cancelled: threading.Event = field(default_factory=threading.Event)


class ToneTrials:
    """Takes trials, one after another; each ends with `TrialEnded`."""

    def __init__(
        self, answers: TrialAnswers, tones: ToneRequests, questions: TruthQuestions, broadcast: Broadcast
    ) -> None:
        self._answers, self._tones, self._questions, self._broadcast = answers, tones, questions, broadcast
        self._trials: queue.SimpleQueue[_Trial | None] = queue.SimpleQueue()
        self._open: dict[int, _Trial] = {}
        self._numbers = 0
        self._thread = threading.Thread(target=self._work, name="trials", daemon=True)
        self._thread.start()

    # requests

    def hear_tone(self, asked: HearTone) -> TrialId:
        """One question without the tone and at each strength; an empty one: the first of the list."""
        if not 1 <= len(asked.strengths) <= _MOST_STRENGTHS:
            raise UserError(f"From one to {_MOST_STRENGTHS} strengths can be heard.")
        questions = (asked.question.strip(),) if asked.question.strip() else self._questions.questions()[:1]
        return self._begin(asked.path, questions, asked.strengths, truth=False)

    def check_truth(self, asked: CheckTruth) -> TrialId:
        """All questions of the list without the tone, then with it."""
        return self._begin(asked.path, self._questions.kept(), (asked.strength,), truth=True)

    def cancel_trial(self, asked: TrialId) -> Nothing:
        trial = self._open.get(asked.trial_id)
        if trial is not None:
            trial.cancelled.set()
            self._answers.interrupt()
        return Nothing()

    def list_truth_questions(self, _: Nothing) -> TruthQuestionList:
        return TruthQuestionList(self._questions.questions(), bool(self._questions.own()), MOST)

    def stop(self) -> None:
        for trial in list(self._open.values()):
            trial.cancelled.set()
        self._answers.close()
        self._trials.put(None)
        self._thread.join(5)

    def _begin(self, path: str, questions: tuple[str, ...], strengths: tuple[float, ...], *, truth: bool) -> TrialId:
        check_strengths(tuple(ToneChoice(path, strength) for strength in strengths))
        self._answers.check(path)
        if not questions:
            raise UserError("There is nothing to ask yet.", "Add a folder first, or write a question.")
        others = tuple(strength for strength in dict.fromkeys(strengths) if strength > 0)
        if not others:
            raise UserError("At 0 % a tone says nothing.", "Try it with a strength above 0.")
        self._numbers += 1
        trial = _Trial(self._numbers, path, questions, (0.0, *others), truth)
        self._open[trial.number] = trial
        self._trials.put(trial)
        return TrialId(trial.number)

    # the thread

    def _work(self) -> None:
        while (trial := self._trials.get()) is not None:
            title, hint = "", ""
            try:
                self._run(trial)
            except FootnoteError as error:
                title, hint = error.title, error.hint
            except Interrupted:
                trial.cancelled.set()
            except Exception:
                log.exception("a trial of a tone ended with a bug")
                title, hint = "The tone could not be tried.", "The log in the data folder says why."
            self._open.pop(trial.number, None)
            self._broadcast.send(TrialEnded(trial.number, trial.cancelled.is_set(), title, hint))

    def _run(self, trial: _Trial) -> None:
        if trial.truth:
            self._keep_report(trial)
        else:
            self._keep_sample(trial)
        with contextlib.suppress(FootnoteError):
            self._tones.announce()

    def _keep_report(self, trial: _Trial) -> None:
        heard = self._hear(trial, lambda _: None)
        before, after = (measured([draft for at, draft in heard if at == strength]) for strength in trial.strengths)
        model = self._answers.model_name()
        asked = trial.questions
        report = TruthReport(model, trial.strengths[-1], len(asked), before, after, time.time(), asked)
        self._tones.keep_report(trial.tone, report)

    def _keep_sample(self, trial: _Trial) -> None:
        heard = self._hear(trial, self._broadcast.send)
        strength, draft = min(heard[1:], key=lambda one: abs(one[0] - 1.0))
        if not draft.refused:
            said = shortened([sentence.text for sentence in draft.sentences])
            self._tones.keep_sample(trial.tone, ToneSample(trial.questions[0], strength, said))

    def _hear(self, trial: _Trial, send: Callable[[ToneHeard], object]) -> list[tuple[float, Draft]]:
        """Every question at each strength, in the order of the strengths."""
        heard: list[tuple[float, Draft]] = []
        total = len(trial.strengths) * len(trial.questions)
        for strength in trial.strengths:
            for question in trial.questions:
                self._broadcast.send(TrialProgressed(trial.number, len(heard), total, strength, question))
                started = time.monotonic()
                draft = self._answers.answer(
                    question,
                    ToneChoice(trial.tone, strength),
                    trial.cancelled,
                    lambda words, at=strength: self._tell(trial, at, words),
                )
                heard.append((strength, draft))
                seconds = round(time.monotonic() - started, 3)
                send(ToneHeard(trial.number, strength, draft.text, draft.refused, measured([draft]), seconds))
        self._broadcast.send(TrialProgressed(trial.number, total, total, 0.0, ""))
        return heard

    def _tell(self, trial: _Trial, strength: float, words: str) -> None:
        if not trial.truth:
            self._broadcast.send(TrialText(trial.number, strength, words))


def shortened(sentences: Sequence[str]) -> str:
    """As many whole sentences as a card has room for; of a first one that is too long, its beginning."""
    text = ""
    for sentence in sentences:
        longer = f"{text} {sentence}".strip()
        if text and len(longer) > _LONGEST_SAMPLE:
            break
        text = longer
    return text if len(text) <= _LONGEST_SAMPLE else f"{text[: _LONGEST_SAMPLE - 1].rstrip()}…"
