"""Starts an engine for a command (or joins the one that runs), asks it, and waits for what it announces."""

import queue
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import IO, Any, TypeVar

from desktop.domain.answers import Answer, AnswerMode, ToneChoice
from desktop.domain.errors import EngineProblem
from desktop.domain.voices import Shape
from desktop.platform_support.environment import child_environment
from desktop.protocol.child import ChildProcess, ProcessEnded
from desktop.protocol.codec import decode
from desktop.protocol.common_messages import HELLO, Hello, Nothing
from desktop.protocol.engine_messages import (
    ASK,
    CANCEL_ANSWER,
    STATUS,
    AnswerFailed,
    AnswerFinished,
    AnswerId,
    AnswerText,
    Ask,
    IndexingProgress,
    Status,
)
from desktop.protocol.lines import PROTOCOL, Event, Method, event_name

P = TypeVar("P")
R = TypeVar("R")

_HELLO_SECONDS = 30.0
_POLL_SECONDS = 0.2


class EngineLine:
    """A command's engine. Use it as a context manager; leaving it ends an engine that nobody else uses."""

    def __init__(self, library: Path | None) -> None:
        arguments = ["desktop.engine", *(["--data", str(library)] if library else [])]
        self._events: queue.SimpleQueue[Event | None] = queue.SimpleQueue()
        self._said: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115  # closed with the engine
        self._child = ChildProcess(
            arguments,
            child_environment(),
            stderr=self._said,  # a file, since a pipe that nobody reads fills up
            on_event=self._events.put,
            on_end=lambda: self._events.put(None),
        )

    def __enter__(self) -> "EngineLine":
        try:
            self._child.call(HELLO, Hello(PROTOCOL), _HELLO_SECONDS)
        except (ProcessEnded, TimeoutError) as error:
            said = self._last_words()
            raise EngineProblem(said or "The engine did not start.", "" if said else str(error)) from error
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._child.let_go(grace=15.0 if kind is None else 3.0)
        self._said.close()

    def call(self, method: Method[P, R], params: P) -> R:
        """The result. Raises the error that came back, or EngineProblem when the engine ended."""
        try:
            return self._child.call(method, params)
        except ProcessEnded as error:
            raise EngineProblem(
                self._last_words() or "The engine ended unexpectedly.", "Run the command again."
            ) from error

    def wait_until_indexed(self, on_progress: Callable[[IndexingProgress], None]) -> Status:
        """Returns once nothing is left to scan, read or embed (or indexing is paused).

        Raises EngineProblem while the disk or another program is in the way: a script is told, and decides.
        """
        while True:
            status = self.call(STATUS, Nothing())
            on_progress(status.progress)
            if status.progress.phase in ("idle", "paused"):
                return status
            if status.progress.phase == "hindered":
                raise EngineProblem(status.progress.problem, "Then run the command again.")
            time.sleep(_POLL_SECONDS)

    def events(self) -> Iterator[Event]:
        """Every event from now on. Raises EngineProblem when the engine ended."""
        while (event := self._events.get()) is not None:
            yield event
        raise EngineProblem(self._last_words() or "The engine ended unexpectedly.", "Run the command again.")

    def answer(
        self,
        question: str,
        *,
        model: str | None,
        tones: tuple[ToneChoice, ...] | None,
        shape: Shape | None,
        mode: AnswerMode | None,
        conversation_id: int | None,
        on_text: Callable[[str], None],
    ) -> Answer:
        """Asks and waits; Ctrl-C stops the answer and keeps what is there. Raises EngineProblem when it failed."""
        asked = self.call(ASK, Ask(conversation_id, question, False, model, tones, shape, mode))
        while True:
            try:
                event = self._events.get()
            except KeyboardInterrupt:
                self.call(CANCEL_ANSWER, AnswerId(asked.answer_id))
                continue
            if event is None:
                raise EngineProblem(self._last_words() or "The engine ended unexpectedly.", "Ask again.")
            if (answer := _follow(event, asked.answer_id, on_text)) is not None:
                return answer

    def _last_words(self) -> str:
        self._child.stop()
        self._said.seek(0)
        said = self._said.read().decode("utf-8", "replace").strip()
        return said.splitlines()[-1] if said else ""


def _follow(event: Event, answer_id: int, on_text: Callable[[str], None]) -> Answer | None:
    if event.name == event_name(AnswerText):
        words = decode(AnswerText, event.params)
        if words.answer_id == answer_id:
            on_text(words.text)
    elif event.name == event_name(AnswerFinished):
        answer = decode(AnswerFinished, event.params).answer
        return answer if answer.id == answer_id else None
    elif event.name == event_name(AnswerFailed):
        failed: Any = decode(AnswerFailed, event.params)
        if failed.answer_id == answer_id:
            raise EngineProblem(failed.title, failed.hint)
    return None
