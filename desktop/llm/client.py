"""The engine's side of the model runner: starts the process when it is needed, says which model and tones it has,
and starts it again after a death. Knows nothing of llama.cpp.
"""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from desktop.domain.answers import ToneChoice
from desktop.domain.errors import EngineProblem, UserError
from desktop.llm.build_choice import BuildChoice, Choice
from desktop.llm.held import Held, Laid, file_stamp
from desktop.llm.listening import Listener
from desktop.llm.native_builds import PROCESSOR
from desktop.llm.stopping import NOTHING, Loading, ModelLoadStopped, Stopped, never
from desktop.platform_support.environment import child_environment
from desktop.protocol.child import ChildProcess, ProcessEnded
from desktop.protocol.codec import decode
from desktop.protocol.common_messages import HELLO, Hello, Nothing
from desktop.protocol.lines import PROTOCOL, Event, Method, event_name
from desktop.protocol.runner_messages import (
    CANCEL_GENERATION,
    COUNT_TOKENS,
    GENERATE,
    LOAD_MODEL,
    SET_TONES,
    UNLOAD_MODEL,
    CancelGeneration,
    CountTokens,
    Generate,
    Generated,
    LoadModel,
    ModelLoaded,
    SetTones,
    TextGenerated,
    Turn,
)

P = TypeVar("P")
R = TypeVar("R")
Start = Callable[[Callable[[Event], None], Mapping[str, str]], ChildProcess]

HELLO_SECONDS = 30.0
CANCEL_SECONDS = 5.0


class RunnerDied(EngineProblem):
    """The runner ended in the middle of a request. The next use starts it again."""


class ModelLoadKilled(EngineProblem):
    """Loading `path` ended the runner: the caller remembers that, so as not to try it at every start."""

    def __init__(self, path: str) -> None:
        super().__init__("Loading this model ended the model runner.", "The file may be damaged; choose another model.")
        self.path = path


def start_runner(on_event: Callable[[Event], None], environment: Mapping[str, str]) -> ChildProcess:
    return ChildProcess(("desktop.llm.process",), environment, on_event=on_event)


class ModelRunner:
    """One model runner process. Every method may be called from any thread; all but `cancel` wait for each other.

    Whoever stops something first makes its `stopped` true and then calls `cancel`: then there is no moment at which
    the stop is lost, and nothing else is ended by it.

    Without `builds` it runs on the processor. `on_reload` is called when a model was loaded again after a death: it may
    compute elsewhere now.
    """

    def __init__(
        self,
        start: Start = start_runner,
        builds: BuildChoice | None = None,
        on_reload: Callable[[], object] = lambda: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._start, self._builds, self._on_reload, self._clock = start, builds, on_reload, clock
        self._choice = Choice(PROCESSOR)
        self._child: ChildProcess | None = None
        self._held: Held | None = None
        self._laid: tuple[Laid, ...] = ()
        self._turn = threading.Lock()
        self._numbers = 0
        self._used = 0.0
        self._listener: Listener | None = None
        self._loading = Loading()

    @property
    def in_use(self) -> str:
        """The model that is loaded, or being loaded, or nothing."""
        return self._loading.path or self.loaded_path

    @property
    def loaded_path(self) -> str:
        """The model that is loaded now, or nothing."""
        return self._held.request.path if self._held is not None and self._alive() else ""

    @property
    def loaded(self) -> ModelLoaded | None:
        """How the model that is loaded now was loaded."""
        return self._held.loaded if self._held is not None and self._alive() else None

    @property
    def pid(self) -> int | None:
        child = self._child
        return child.pid if child is not None and not child.ended else None

    def ensure_loaded(
        self,
        path: str,
        *,
        context: int = 0,
        threads: int = 0,
        gpu_layers: int = -1,
        kv_type: str = "",
        stopped: Stopped = never,
    ) -> ModelLoaded:
        """Loads the model unless it is loaded as asked; a newly loaded one has no tones. 0, -1 and empty let the runner
        choose (`LoadModel`).

        Raises UserError for a file that is no model, EngineProblem when it can't be loaded, ModelLoadKilled when it
        ended the runner, ModelLoadStopped when it was `stopped`.
        """
        with self._turn:
            if stopped():
                raise ModelLoadStopped
            request = LoadModel(path, context, threads, gpu_layers, kv_type)
            held = self._held
            if held is not None and self._alive() and held.request == request and held.stamp == file_stamp(path):
                return held.loaded
            return self._load(request, stopped)

    def set_tones(self, tones: Sequence[ToneChoice]) -> None:
        """Lays exactly these over the model. Raises UserError when one does not fit it; the tones before it stay."""
        with self._turn:
            self._require_model()
            wanted = tuple(Laid(tone, file_stamp(tone.path)) for tone in tones)
            if wanted != self._laid:
                before, self._laid = self._laid, ()
                try:
                    self._call(SET_TONES, SetTones(tuple(tones)))
                except UserError:
                    self._laid = before
                    raise
                self._laid = wanted

    def generate(
        self,
        turns: Sequence[Turn],
        *,
        max_tokens: int,
        temperature: float = 0.0,
        seed: int = 0,
        stop: Sequence[str] = (),
        aside: bool = False,
        guess: bool = True,
        json_schema: str = "",
        on_text: Callable[[str], None] = lambda _text: None,
        stopped: Stopped | None = None,
    ) -> Generated:
        """Answers `turns`; `on_text` gets the text as it comes, on another thread.

        An `aside` runs without tones and leaves what is remembered of the conversation as it is; `guess` changes the
        speed alone. Once it is `stopped` nothing is generated; without it every `cancel` ends the generation.

        Raises UserError when the prompt is too long, RunnerDied when the runner ended, and what `on_text` raises,
        after the generation was cancelled.
        """
        with self._turn:
            self._numbers += 1
            listener = Listener(self._numbers, on_text, self._send_cancel, stopped)
            self._listener = listener
            number, ends = listener.number, tuple(stop)
            request = Generate(number, tuple(turns), max_tokens, temperature, seed, ends, aside, guess, json_schema)
            try:
                # asked once the listener is known: who stops from now on finds it
                answer = NOTHING if listener.is_stopped() else self._generate(request, listener)
            except ModelLoadStopped:
                answer = NOTHING
            finally:
                self._listener = None
            if listener.error is not None:
                raise listener.error
            return answer

    def cancel(self) -> None:
        """Ends what was stopped: a generation returns what it has with the reason "cancelled", a load ends with its
        process.
        """
        # the load first: a process that is only starting would leave the other request waiting
        self._loading.end(self._kill)
        listener = self._listener
        if listener is not None:
            listener.cancel()

    def count_tokens(self, texts: Sequence[str]) -> tuple[int, ...]:
        """Tokens of each text as words of a prompt, without what the template adds around a turn."""
        with self._turn:
            self._require_model()
            return self._call(COUNT_TOKENS, CountTokens(tuple(texts))).counts

    def unload(self) -> None:
        """Gives the model's memory back; the process stays."""
        with self._turn:
            self._held, self._laid = None, ()
            if self._alive():
                self._call(UNLOAD_MODEL, Nothing())

    def rest(self, seconds: float) -> bool:
        """Ends the process when nothing was asked of it for so long: all its memory comes back, and the next request
        starts it again with the same model and tones. False when it is busy, was used since, or has no model.
        """
        if not self._turn.acquire(blocking=False):
            return False
        try:
            if self._child is None or not self.loaded_path or self._clock() - self._used < seconds:
                return False
            _end(self._child)
            self._child = None
            return True
        finally:
            self._turn.release()

    def close(self) -> None:
        """Ends the process, also in the middle of a generation, which then raises RunnerDied."""
        self._loading.end(self._kill, anyway=True)
        child = self._child
        if child is not None:
            _end(child)
        with self._turn:
            self._child, self._held, self._laid = None, None, ()

    # --- below: with the turn taken

    def _generate(self, request: Generate, listener: Listener) -> Generated:
        self._require_model(listener.is_stopped)
        if listener.cancelled:
            # the first cancel may have met a dead process
            self._send_cancel(listener.number)
        try:
            return self._call(GENERATE, request)
        except RunnerDied:
            if not self._give_up_gpu("It ended in the middle of an answer.") or listener.heard:
                raise
            return self._generate(request, listener)

    def _give_up_gpu(self, problem: str) -> bool:
        """After a death: whether it was the GPU's build, which is then left for the processor's."""
        if self._builds is None or not self._choice.build.gpu:
            return False
        self._builds.failed(self._choice.build, problem)
        return True

    def _alive(self) -> bool:
        return self._child is not None and not self._child.ended

    def _require_model(self, stopped: Stopped = never) -> None:
        """After a death: the same model again, with the same tones."""
        if self._held is None:
            raise UserError("No model is loaded.", "Choose a model first.")
        if self._alive():
            return
        tones = tuple(laid.tone for laid in self._laid)
        stamped = self._laid
        self._load(self._held.request, stopped)
        if tones:
            self._call(SET_TONES, SetTones(tones))
            self._laid = stamped
        self._on_reload()

    def _load(self, request: LoadModel, stopped: Stopped) -> ModelLoaded:
        before = (self._held, self._laid) if self._alive() else (None, ())
        self._held, self._laid = None, ()
        stamp = file_stamp(request.path)
        try:
            with self._loading.of(request.path, stopped):
                loaded = self._load_on_choice(request)
        except UserError:
            # refused before anything was unloaded
            self._held, self._laid = before
            raise
        except (RunnerDied, ProcessEnded) as error:
            if self._loading.ended:
                raise ModelLoadStopped from None
            raise (ModelLoadKilled(request.path) if isinstance(error, RunnerDied) else error) from None
        self._held = Held(request, stamp, loaded)
        return loaded

    def _load_on_choice(self, request: LoadModel) -> ModelLoaded:
        """On the GPU's build where there is one; when that ends the runner, on the processor."""
        self._running()
        if self._loading.is_stopped():
            raise ModelLoadStopped
        build = self._choice.build
        try:
            loaded = self._call(LOAD_MODEL, request if build.gpu else replace(request, gpu_layers=0))
        except RunnerDied:
            if self._loading.ended or not self._give_up_gpu("Loading a model ended its driver."):
                raise
            return self._load_on_choice(request)
        return loaded if loaded.note else replace(loaded, note=self._choice.note)

    def _call(self, method: Method[P, R], params: P) -> R:
        try:
            return self._running().call(method, params)
        except ProcessEnded:
            raise RunnerDied("The model runner ended.", "It starts again with the next question.") from None
        finally:
            self._used = self._clock()

    def _running(self) -> ChildProcess:
        if self._child is not None and not self._child.ended:
            return self._child
        if self._child is not None:
            _end(self._child)
        if self._builds is not None:
            self._choice = self._builds.choose(self._loading.is_stopped)
        self._child = self._start(self._on_event, {**child_environment(), **self._choice.build.environment()})
        self._child.call(HELLO, Hello(PROTOCOL), HELLO_SECONDS)
        return self._child

    # --- from any thread

    def _on_event(self, event: Event) -> None:
        listener = self._listener
        if listener is not None and event.name == event_name(TextGenerated):
            listener.take(decode(TextGenerated, event.params))

    def _kill(self) -> None:
        if self._child is not None:
            self._child.process.kill()

    def _send_cancel(self, number: int) -> None:
        child = self._child
        if child is None:
            return
        try:
            child.call(CANCEL_GENERATION, CancelGeneration(number), CANCEL_SECONDS)
        except (ProcessEnded, TimeoutError):
            return


def _end(child: ChildProcess) -> None:
    """Ends the process, if it has not ended, and closes its pipes."""
    child.stop()
    if child.process.stdout is not None:
        child.process.stdout.close()
