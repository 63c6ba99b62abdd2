"""Stop counts at every moment of an answer: what was stopped begins no further generation, and ends a load."""

import threading
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from desktop.answering.answerer import Answerer
from desktop.answering.forms.known import form_of
from desktop.answering.interfaces import AskedQuestion, Draft
from desktop.domain.answers import AnswerFormat, AnswerState
from desktop.domain.voices import Shape
from desktop.engine.answer_jobs import LoadedModel
from desktop.llm.build_choice import BuildChoice
from desktop.llm.client import ModelRunner
from desktop.llm.native_builds import NativeBuild, llama_version, write_manifest
from desktop.llm.probe import ProbeResult
from desktop.llm.runner_process import start_runner
from desktop.llm.stopping import NOTHING, ModelLoadStopped, Stopped
from desktop.protocol.child import ChildProcess
from desktop.protocol.lines import Event
from desktop.protocol.runner_messages import Generated, Turn
from tests.support.model_parts import ModelParts, WatchedStart, model_parts
from tests.unit.answering.fakes import Listening, TextLibrary

LIBRARY = {"lease.md": "Either party may end the lease with three months written notice.\n\nThe rent is 950 euros."}
QUESTION = AskedQuestion("How long is the notice of the lease?")
SEA = (Turn("user", "Tell me about the sea."),)


class Stop(Listening):
    """What stops an answer: it is noted first, then the runner is told."""

    def __init__(self) -> None:
        super().__init__()
        self.event = threading.Event()
        self.runner: ModelRunner | None = None

    def now(self) -> None:
        self.event.set()
        assert self.runner is not None
        self.runner.cancel()

    def cancelled(self) -> bool:
        return self.event.is_set()


@contextmanager
def answering(home: Path, model: Path, stop: Stop, watch: WatchedStart) -> Generator[ModelParts]:
    (home / "models").mkdir()
    (home / "models/tiny.gguf").symlink_to(model)
    with model_parts(home, watch) as parts:
        stop.runner = parts.runner
        yield parts


def answered(parts: ModelParts, stop: Stop, question: AskedQuestion) -> Draft:
    context = parts.models.load(parts.models.model_for(None), ())
    generator = LoadedModel(parts.models, context, stop.cancelled)
    return Answerer(TextLibrary(LIBRARY), generator).answer(question, stop)


def test_between_counting_and_writing(tmp_path: Path, small_model: Path) -> None:
    stop = Stop()

    def counted(name: str, result: Any) -> Any:
        if name == "count_tokens":
            stop.now()
        return result

    watch = WatchedStart(after=counted)
    with answering(tmp_path, small_model, stop, watch) as parts:
        draft = answered(parts, stop, QUESTION)
        assert (draft.state, draft.text, draft.refused) == (AnswerState.STOPPED, "", False)
        assert "count_tokens" in watch.asked
        assert "generate" not in watch.asked


@pytest.mark.parametrize(
    ("first", "question"),
    [
        (
            Generated("The notice is three months.", "stop", 9, 0, 6, 0.1, 0.2, 0, 0),
            replace(QUESTION, form=form_of(Shape(AnswerFormat.JSON, '{"type": "object"}'))),
        ),
        (Generated("<think>Three months, or", "length", 9, 0, 6, 0.1, 0.2, 0, 0), QUESTION),
    ],
    ids=["before the second try of a form", "after a thought without an end"],
)
def test_between_two_generations_of_an_answer(
    tmp_path: Path, small_model: Path, first: Generated, question: AskedQuestion
) -> None:
    stop = Stop()

    def made(name: str, result: Any) -> Any:
        if name != "generate":
            return result
        stop.now()
        return first

    watch = WatchedStart(after=made)
    with answering(tmp_path, small_model, stop, watch) as parts:
        draft = answered(parts, stop, question)
        assert watch.asked.count("generate") == 1
        assert draft.state is AnswerState.STOPPED
        kept = draft.thought if first.reason == "length" else draft.text
        assert kept == first.text.removeprefix("<think>"), "what was written until then stays"


def test_a_stopped_follow_up_is_not_rewritten_first(tmp_path: Path, small_model: Path) -> None:
    stop, watch = Stop(), WatchedStart()
    follow_up = replace(QUESTION, question="And when?", history=(("Who ends it?", "Either party."),))
    with answering(tmp_path, small_model, stop, watch) as parts:
        stop.event.set()
        draft = answered(parts, stop, follow_up)
        assert draft.state is AnswerState.STOPPED
        assert "generate" not in watch.asked


@pytest.mark.parametrize("closing", [False, True], ids=["stop", "the end of the engine"])
def test_a_load_ends_at_once_and_the_model_is_not_blamed(tmp_path: Path, small_model: Path, closing: bool) -> None:
    stop, hangs = Stop(), [True]

    def start(on_event: Callable[[Event], None], environment: Mapping[str, str]) -> ChildProcess:
        if not hangs:
            return start_runner(on_event, environment)
        hangs.clear()
        here = {**environment, "PYTHONPATH": str(Path(__file__).parent)}
        # the thread that reads events must go on
        return ChildProcess(("hanging_runner",), here, on_event=lambda _: ending.start())

    (tmp_path / "models").mkdir()
    (tmp_path / "models/tiny.gguf").symlink_to(small_model)
    with model_parts(tmp_path, start) as parts:
        stop.runner = parts.runner
        ending = threading.Thread(target=parts.runner.close if closing else stop.now)
        path = parts.models.model_for(None)
        with pytest.raises(ModelLoadStopped):
            parts.models.load(path, (), stop.cancelled)
        ending.join()
        assert (parts.runner.loaded_path, parts.runner.in_use) == ("", "")
        assert not parts.chosen.shelf()[0].stopped
        stop.event.set()
        with pytest.raises(ModelLoadStopped):
            parts.models.load(path, (), stop.cancelled)
        assert parts.runner.pid is None, "what was stopped before does not begin to load"
        assert parts.models.load(path, ()) > 0


def test_while_a_graphics_card_is_tried_before_the_load(tmp_path: Path, small_model: Path) -> None:
    stop, looked = Stop(), threading.Event()

    def hangs(_build: NativeBuild, stopped: Stopped) -> ProbeResult:
        threading.Thread(target=stop.now).start()
        while not stopped():
            looked.wait(0.01)
        raise ModelLoadStopped

    (tmp_path / "cards/vulkan").mkdir(parents=True)
    write_manifest(tmp_path / "cards/vulkan", "vulkan", llama_version())
    with model_parts(tmp_path, builds=BuildChoice(tmp_path / "cards", hangs)) as parts:
        stop.runner = parts.runner
        with pytest.raises(ModelLoadStopped):
            parts.models.load(str(small_model), (), stop.cancelled)
        assert parts.runner.pid is None


def test_the_load_of_another_question_goes_on(tmp_path: Path, small_model: Path) -> None:
    watch = WatchedStart(before=lambda _: parts.runner.cancel())
    with answering(tmp_path, small_model, Stop(), watch) as parts:
        assert parts.models.load(parts.models.model_for(None), (), lambda: False) > 0


def test_the_generation_of_another_question_goes_on(runner: ModelRunner) -> None:
    """The stop of an answer that ended just now."""
    cancel = threading.Thread(target=runner.cancel)

    def listen(_text: str) -> None:
        if not cancel.ident:
            cancel.start()

    made = runner.generate(SEA, max_tokens=30, on_text=listen, stopped=lambda: False)
    cancel.join()
    assert made.reason != "cancelled"
    assert runner.generate(SEA, max_tokens=4, stopped=lambda: True) == NOTHING


def test_while_a_runner_that_rested_loads_again(tmp_path: Path, small_model: Path) -> None:
    stop, again = Stop(), threading.Event()

    def asked(name: str) -> None:
        if name == "load_model" and again.is_set():
            stop.now()

    watch = WatchedStart(before=asked)
    with answering(tmp_path, small_model, stop, watch) as parts:
        parts.models.load(parts.models.model_for(None), ())
        again.set()
        assert parts.runner.rest(0)
        assert parts.runner.generate(SEA, max_tokens=4, stopped=stop.cancelled) == NOTHING
        assert "generate" not in watch.asked
