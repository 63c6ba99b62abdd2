"""A real engine process for tests: starts, asks, waits for events, and is never left running."""

import os
import queue
import signal
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar

from desktop.domain.answers import Answer, FoundPassage
from desktop.platform_support.environment import child_environment
from desktop.platform_support.paths import data_folders
from desktop.protocol import engine_messages as m
from desktop.protocol.child import ChildProcess
from desktop.protocol.codec import decode
from desktop.protocol.common_messages import HELLO, Hello, Nothing
from desktop.protocol.lines import PROTOCOL, Event, Method, event_name

P = TypeVar("P")
R = TypeVar("R")

PATIENCE = 120.0
TEST_MODEL = "smollm2-135m-instruct-q4_1.gguf"


def small_model_path() -> Path:
    return data_folders().models / TEST_MODEL


class RunningEngine:
    """`with RunningEngine(data) as engine:`; waits fail loudly after PATIENCE seconds."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.events: queue.SimpleQueue[Event] = queue.SimpleQueue()
        data.mkdir(parents=True, exist_ok=True)
        self._errors = (data.parent / f"{data.name}.stderr").open("ab")
        arguments = ["desktop.engine", "--data", str(data)]
        self.child = ChildProcess(arguments, child_environment(), stderr=self._errors, on_event=self.events.put)

    def __enter__(self) -> "RunningEngine":
        self.call(HELLO, Hello(PROTOCOL))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.child.stop(grace=20)
        self._errors.close()

    def call(self, method: Method[P, R], params: P) -> R:
        return self.child.call(method, params, PATIENCE)

    def add(self, *paths: Path) -> m.Status:
        self.call(m.ADD, m.Paths(tuple(map(str, paths))))
        return self.wait_until_indexed()

    def remove(self, folder_id: int) -> None:
        self.call(m.REMOVE, m.FolderId(folder_id))

    def call_rescan(self) -> None:
        self.call(m.RESCAN, Nothing())

    def call_pause(self, paused: bool) -> None:
        self.call(m.PAUSE, m.Pause(paused))

    def status(self) -> m.Status:
        return self.call(m.STATUS, Nothing())

    def wait_until_indexed(self) -> m.Status:
        return self.wait_for(lambda status: status.progress.phase == "idle")

    def wait_for(self, wanted: Callable[[m.Status], bool]) -> m.Status:
        deadline = time.monotonic() + PATIENCE
        while not wanted(status := self.status()):
            assert time.monotonic() < deadline, status
            time.sleep(0.05)
        return status

    def search(self, question: str, limit: int = 5) -> tuple[FoundPassage, ...]:
        return self.call(m.SEARCH, m.Search(question, limit)).passages

    def wait_until_found(self, words: str, found: bool = True) -> tuple[FoundPassage, ...]:
        """Searches until some passage holds the words (or none does)."""
        deadline = time.monotonic() + PATIENCE
        while True:
            passages = self.search(words)
            if any(words in p.text for p in passages) is found:
                return passages
            assert time.monotonic() < deadline, [p.text for p in passages]
            time.sleep(0.1)

    def ask(self, question: str, conversation: int | None = None, **choices: Any) -> Answer:
        asked = self.start_asking(question, conversation, **choices)
        return decode(m.AnswerFinished, self.event(m.AnswerFinished, asked.answer_id).params).answer

    def start_asking(self, question: str, conversation: int | None = None, **choices: Any) -> m.Asked:
        model = choices.get("model")
        request = m.Ask(conversation, question, False, str(model) if model else None, choices.get("tones"))
        return self.call(m.ASK, request)

    def event(self, kind: type, answer_id: int | None = None) -> Event:
        """The next event of this kind (for this answer); a failed answer fails the test."""
        event = self.first_event((kind, m.AnswerFailed), answer_id)
        assert event.name == event_name(kind), event
        return event

    def first_event(self, kinds: tuple[type, ...], answer_id: int | None = None) -> Event:
        """The next event of any of these kinds (for this answer); an engine that has ended fails the test at once."""
        names = {event_name(kind) for kind in kinds}
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                event = self.events.get(timeout=0.5)
            except queue.Empty:
                assert not self.child.ended, f"the engine ended with {self.child.process.poll()}"
                assert time.monotonic() < deadline, f"no {' or '.join(sorted(names))} came"
                continue
            if event.name in names and answer_id in (None, _answer_of(event)):
                return event

    def children(self) -> dict[str, int]:
        """Process ids of the engine's children by module name."""
        import psutil

        found: dict[str, int] = {}
        for child in psutil.Process(self.child.pid).children(recursive=True):
            try:
                words = child.cmdline()
            except psutil.NoSuchProcess:  # it ended meanwhile
                continue
            if "-m" in words:
                found[words[words.index("-m") + 1]] = child.pid
        return found

    def kill(self) -> None:
        """kill -9 of the engine, as a crash would."""
        os.kill(self.child.pid, signal.SIGKILL)
        self.child.process.wait(10)


def _answer_of(event: Event) -> int | None:
    answer = event.params.get("answer")
    return answer["id"] if answer else event.params.get("answer_id")
