"""A trial of a tone as one action: asked for, going on, stopped, ended. One at a time; draws nothing."""

from dataclasses import dataclass, field
from typing import TypeVar

from PySide6.QtCore import QObject, Signal

from desktop.domain.errors import FootnoteError
from desktop.gui.engine_client import EngineClient
from desktop.gui.translation import tr
from desktop.protocol import engine_messages as messages
from desktop.protocol.lines import Method

P = TypeVar("P")


@dataclass(slots=True)
class Trial:
    """`heard` has the finished answers by strength, `texts` what is being written; `ended` also when it failed."""

    tone: str
    truth: bool
    strengths: tuple[float, ...]
    number: int | None = None
    question: str = ""
    strength: float = 0.0
    done: int = 0
    total: int = 0
    heard: dict[float, messages.ToneHeard] = field(default_factory=dict[float, messages.ToneHeard])
    texts: dict[float, str] = field(default_factory=dict[float, str])
    stopping: bool = False
    ended: bool = False
    problem: str = ""


class Trials(QObject):
    """Signals: `trial_changed()`; `trial_ended()` also after a failure or a stop. `current` stays until the next."""

    trial_changed = Signal()
    trial_ended = Signal()

    def __init__(self, client: EngineClient) -> None:
        super().__init__()
        self._client = client
        self.current: Trial | None = None
        self._early: list[object] = []
        client.trial_told.connect(self._take)
        client.engine_lost.connect(lambda: self._fail(tr("The engine stopped. It is being started again.")))

    @property
    def busy(self) -> bool:
        return self.current is not None and not self.current.ended

    def hear(self, tone: str, question: str, strengths: tuple[float, ...]) -> None:
        trial = Trial(tone, False, (0.0, *strengths), question=question)
        self._begin(trial, messages.HEAR_TONE, messages.HearTone(tone, question, strengths))

    def check_truth(self, tone: str, strength: float) -> None:
        self._begin(Trial(tone, True, (0.0, strength)), messages.CHECK_TRUTH, messages.CheckTruth(tone, strength))

    def stop(self) -> None:
        if self.current is not None and self.busy:
            self.current.stopping = True
            self.trial_changed.emit()
            if self.current.number is not None:
                self._client.call(messages.CANCEL_TRIAL, messages.TrialId(self.current.number))

    def _begin(self, trial: Trial, method: Method[P, messages.TrialId], request: P) -> None:
        if self.busy:
            return
        self.current, self._early = trial, []
        self.trial_changed.emit()
        self._client.call(method, request, self._begun, self._refused)

    def _begun(self, begun: messages.TrialId) -> None:
        if self.current is None:
            return
        self.current.number = begun.trial_id
        if self.current.stopping:
            self._client.call(messages.CANCEL_TRIAL, begun)
        early, self._early = self._early, []
        for event in early:
            self._take(event)

    def _refused(self, error: FootnoteError) -> None:
        self._fail(" ".join(part for part in (error.title, error.hint) if part))

    def _fail(self, problem: str) -> None:
        if self.current is not None and self.busy:
            self.current.problem, self.current.ended = problem, True
            self.trial_changed.emit()
            self.trial_ended.emit()

    def _take(self, event: object) -> None:
        trial = self.current
        if trial is None or trial.ended:
            return
        if trial.number is None:
            self._early.append(event)  # may overtake the reply that names the trial
        elif getattr(event, "trial_id", None) == trial.number:
            self._take_own(trial, event)

    def _take_own(self, trial: Trial, event: object) -> None:
        if isinstance(event, messages.TrialProgressed):
            trial.done, trial.total, trial.strength = event.done, event.total, event.strength
            trial.question = event.question or trial.question
            trial.texts[event.strength] = ""
        elif isinstance(event, messages.TrialText):
            trial.texts[event.strength] = trial.texts.get(event.strength, "") + event.text
        elif isinstance(event, messages.ToneHeard):
            trial.heard[event.strength] = event
        elif isinstance(event, messages.TrialEnded):
            if event.title:
                self._fail(" ".join(part for part in (event.title, event.hint) if part))
                return
            trial.ended = True
            self.trial_changed.emit()
            self.trial_ended.emit()
            return
        self.trial_changed.emit()
