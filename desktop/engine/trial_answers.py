"""Answers for trials of tones, made as those of conversations are, whenever no question wants the model."""

import datetime
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

from desktop.answering.answerer import Answerer
from desktop.answering.interfaces import AnswerLimits, AskedQuestion, Draft
from desktop.answering.scoping import read_scopes
from desktop.domain.answers import AnswerState, Support, ToneChoice
from desktop.domain.errors import UserError
from desktop.domain.tones import TruthMeasures
from desktop.engine.answer_jobs import LoadedModel
from desktop.engine.heavy_parts import HeavyLoader
from desktop.engine.model_requests import ModelRequests
from desktop.engine.model_turns import ModelTurns
from desktop.indexing.indexer import Indexer
from desktop.llm.stopping import ModelLoadStopped
from desktop.storage.file_names import FileNames


class Interrupted(Exception):
    """The trial was cancelled."""


class _GaveWay(Exception):
    """A question came: the answer is begun again later."""


class TrialAnswers:
    """Belongs to the thread of trials; `interrupt` and `check` are for any."""

    def __init__(
        self,
        heavy: HeavyLoader,
        names: FileNames,
        models: ModelRequests,
        indexer: Indexer,
        turns: ModelTurns,
        limits: Callable[[], AnswerLimits],
    ) -> None:
        self._heavy, self._names, self._models = heavy, names, models
        self._indexer, self._turns, self._limits = indexer, turns, limits

    def check(self, tone: str) -> None:
        """Raises UserError where the tone can't be tried."""
        model = self._models.model_for(None)
        if not model:
            raise UserError("There is no model to try it with.", "Get one on the Models page.")
        self._models.tones.refuse_misfits((ToneChoice(tone, 1.0),), model)

    def model_name(self) -> str:
        return Path(self._models.model_for(None)).name

    def interrupt(self) -> None:
        """Once the trial is cancelled."""
        self._models.runner.cancel()

    def close(self) -> None:
        self._turns.close()

    def answer(
        self,
        question: str,
        tone: ToneChoice,
        cancelled: threading.Event,
        on_text: Callable[[str], None],
    ) -> Draft:
        """Gives way to questions and begins again after them. Raises Interrupted once `cancelled`."""
        while not cancelled.is_set():
            with self._turns.trying(self._models.runner.cancel) as mine:
                if not mine:
                    break
                self._indexer.step_aside()
                try:
                    draft = self._made(question, tone, _Listener(cancelled, self._turns, on_text), cancelled)
                except (_GaveWay, ModelLoadStopped):
                    continue
                finally:
                    if not self._turns.wanted:
                        self._indexer.come_back()
            if draft.state is not AnswerState.STOPPED:
                return draft
        raise Interrupted

    def _made(self, question: str, tone: ToneChoice, listener: "_Listener", cancelled: threading.Event) -> Draft:
        asked = read_scopes(question, self._names, datetime.datetime.now())
        finder = self._heavy.get().finder.within(asked)
        model = self._models.model_for(None)
        if not model:
            raise UserError("There is no model to try it with.", "Get one on the Models page.")
        # a question that comes needs the model too: only the user ends its load
        context = self._models.load(model, (tone,) if tone.strength > 0 else (), cancelled.is_set)
        generator = LoadedModel(self._models, context, listener.cancelled)
        return Answerer(finder, generator, self._limits()).answer(AskedQuestion(asked.text, (), True), listener)


class _Listener:
    """Lets go of the model as soon as a question, or the user, wants it."""

    def __init__(self, cancelled: threading.Event, turns: ModelTurns, on_text: Callable[[str], None]) -> None:
        self._cancelled, self._turns, self._on_text = cancelled, turns, on_text

    def stage(self, name: str, standalone: str) -> None:
        if self.cancelled() and name != "checking":
            raise _GaveWay

    def thought(self, words: str) -> None: ...
    def text(self, words: str) -> None:
        if self.cancelled():
            raise _GaveWay
        self._on_text(words)

    def cancelled(self) -> bool:
        return self._cancelled.is_set() or self._turns.wanted


def measured(drafts: Sequence[Draft]) -> TruthMeasures:
    """What the answers claim and how much of it the files carry; a refusal claims nothing."""
    supports = [s.support for draft in drafts if not draft.refused for s in draft.sentences]
    return TruthMeasures(
        claims=sum(support is not Support.NONE for support in supports),
        supported=sum(support is Support.SUPPORTED for support in supports),
        refused=sum(draft.refused for draft in drafts),
        words=sum(len(draft.text.split()) for draft in drafts if not draft.refused),
    )
