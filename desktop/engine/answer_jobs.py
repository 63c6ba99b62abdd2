"""What belongs to one answer under way: the question with its choices, how it goes on, and what is stored of it."""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from desktop.answering.interfaces import Draft
from desktop.domain.answers import Answer, AnswerMode, ToneChoice
from desktop.domain.voices import Voice
from desktop.engine.broadcast import Broadcast
from desktop.engine.model_requests import ModelRequests
from desktop.protocol.engine_messages import AnswerStage, AnswerText, AnswerThought, Ask
from desktop.protocol.runner_messages import Generated, Turn
from desktop.storage.conversations import Conversations

_KEEP_EVERY = 0.5


@dataclass(slots=True)
class Job:
    """`attempt_of` is the first answer to the same question; `begun` is the answer that goes on, if it is one."""

    asked: Ask
    answer_id: int
    conversation_id: int
    voice: Voice
    mode: AnswerMode
    cancelled: threading.Event
    attempt_of: int
    begun: Answer | None = None
    text: str = ""  # the question without its scopes

    def searched(self, standalone: str) -> str:
        """What is told of the question that was searched: as it was asked, unless it was rewritten."""
        return self.asked.question if standalone == self.text else standalone


class LoadedModel:
    """The runner with its loaded model, as answering wants a generator. Once it is `stopped` it generates nothing."""

    def __init__(self, models: ModelRequests, context: int, stopped: Callable[[], bool]) -> None:
        self._models, self._context, self._stopped = models, context, stopped

    @property
    def context(self) -> int:
        return self._context

    def count_tokens(self, texts: Sequence[str]) -> tuple[int, ...]:
        return self._models.runner.count_tokens(texts)

    def generate(
        self,
        turns: Sequence[Turn],
        *,
        max_tokens: int,
        temperature: float = 0.0,
        seed: int = 0,
        stop: tuple[str, ...] = (),
        aside: bool = False,
        json_schema: str = "",
        on_text: Callable[[str], None],
    ) -> Generated:
        if not aside:
            # what a person set for this model; asides are searches and checks, the same every time
            usual = self._models.loaded_details()
            temperature, seed = temperature or usual.temperature, seed or usual.seed
        return self._models.runner.generate(
            turns,
            max_tokens=max_tokens,
            temperature=temperature,
            seed=seed,
            stop=stop,
            aside=aside,
            json_schema=json_schema,
            on_text=on_text,
            stopped=self._stopped,
        )


class Progress:
    """Tells the connections how one answer goes on, and keeps what was written so far."""

    def __init__(self, job: Job, broadcast: Broadcast, conversations: Conversations) -> None:
        self._job, self._broadcast, self._conversations = job, broadcast, conversations
        self._text = job.begun.text if job.begun is not None else ""
        self._kept = time.monotonic()

    def stage(self, name: str, standalone: str) -> None:
        self._broadcast.send(AnswerStage(self._job.answer_id, name, self._job.searched(standalone)))

    def text(self, words: str) -> None:
        self._text += words
        self._broadcast.send(AnswerText(self._job.answer_id, words))
        if time.monotonic() - self._kept > _KEEP_EVERY:
            self._conversations.keep_partial(self._job.answer_id, self._text)
            self._kept = time.monotonic()

    def thought(self, words: str) -> None:
        self._broadcast.send(AnswerThought(self._job.answer_id, words))

    def keep(self) -> None:
        """What was written until now, before the answer fails."""
        self._conversations.keep_partial(self._job.answer_id, self._text)

    def cancelled(self) -> bool:
        return self._job.cancelled.is_set()


class Unheard:
    """Listens to an answer that nobody waits for."""

    def stage(self, name: str, standalone: str) -> None: ...
    def text(self, words: str) -> None: ...
    def thought(self, words: str) -> None: ...
    def cancelled(self) -> bool:
        return False


def stored(job: Job, draft: Draft, model: str, tones: tuple[ToneChoice, ...], seconds: float) -> Answer:
    begun = job.begun
    return Answer(
        id=job.answer_id,
        conversation_id=job.conversation_id,
        question=job.asked.question,
        standalone=job.searched(draft.standalone),
        text=draft.text,
        refused=draft.refused,
        state=draft.state,
        sentences=draft.sentences,
        footnotes=draft.footnotes,
        passages=draft.passages,
        model=model,
        tones=tones,
        asked_at=begun.asked_at if begun is not None else time.time() - seconds,
        seconds=round(seconds + (begun.seconds if begun is not None else 0.0), 3),
        coverage=draft.coverage,
        format=job.voice.format,
        problems=draft.problems,
        mode=job.mode,
        thought=draft.thought,
        attempt_of=job.attempt_of,
        rating=begun.rating if begun is not None else 0,
        own_words=begun.own_words if begun is not None else None,
        by_quote=draft.by_quote,
    )
