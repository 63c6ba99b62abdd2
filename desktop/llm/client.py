"""The engine's side of the model runner: says which model and tones it has, and gives it them again after a death.
Knows nothing of llama.cpp; the process itself is `runner_process`'s.
"""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from desktop.domain.answers import ToneChoice
from desktop.domain.errors import EngineProblem, UserError
from desktop.llm.build_choice import BuildChoice
from desktop.llm.held import Held, Laid, file_stamp
from desktop.llm.listening import Listener
from desktop.llm.runner_process import RunnerDied, RunnerProcess, Start, start_runner
from desktop.llm.stopping import NOTHING, Loading, ModelLoadStopped, Stopped, never
from desktop.protocol.child import ProcessEnded
from desktop.protocol.codec import decode
from desktop.protocol.common_messages import Nothing
from desktop.protocol.lines import Event, event_name
from desktop.protocol.runner_messages import (
    COUNT_TOKENS,
    GENERATE,
    LOAD_MODEL,
    SET_TONES,
    UNLOAD_MODEL,
    CountTokens,
    Generate,
    Generated,
    LoadModel,
    ModelLoaded,
    SetTones,
    TextGenerated,
    Turn,
)


class ModelLoadKilled(EngineProblem):
    """Loading `path` ended the runner: the caller remembers that, so as not to try it at every start."""

    def __init__(self, path: str) -> None:
        super().__init__("Loading this model ended the model runner.", "The file may be damaged; choose another model.")
        self.path = path


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
        self._loading = Loading()
        self._process = RunnerProcess(start, builds, self._on_event, self._loading.is_stopped, clock)
        self._on_reload = on_reload
        self._held: Held | None = None
        self._closing = False
        self._laid: tuple[Laid, ...] = ()
        self._turn = threading.Lock()
        self._numbers = 0
        self._listener: Listener | None = None

    @property
    def in_use(self) -> str:
        """The model that is loaded, or being loaded, or nothing."""
        return self._loading.path or self.loaded_path

    @property
    def loaded_path(self) -> str:
        """The model that is loaded now, or nothing."""
        return self._held.request.path if self._held is not None and self._process.alive else ""

    @property
    def loaded(self) -> ModelLoaded | None:
        """How the model that is loaded now was loaded."""
        return self._held.loaded if self._held is not None and self._process.alive else None

    @property
    def pid(self) -> int | None:
        return self._process.pid

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
            if held is not None and self._process.alive and held.request == request and held.stamp == file_stamp(path):
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
                    self._process.call(SET_TONES, SetTones(tuple(tones)))
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
            listener = Listener(self._numbers, on_text, self._process.cancel, stopped)
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
        self._loading.end(self._process.kill)
        listener = self._listener
        if listener is not None:
            listener.cancel()

    def count_tokens(self, texts: Sequence[str]) -> tuple[int, ...]:
        """Tokens of each text as words of a prompt, without what the template adds around a turn."""
        with self._turn:
            self._require_model()
            return self._process.call(COUNT_TOKENS, CountTokens(tuple(texts))).counts

    def unload(self) -> None:
        """Gives the model's memory back; the process stays."""
        with self._turn:
            self._held, self._laid = None, ()
            if self._process.alive:
                self._process.call(UNLOAD_MODEL, Nothing())

    def rest(self, seconds: float) -> bool:
        """Ends the process when nothing was asked of it for so long: all its memory comes back, and the next request
        starts it again with the same model and tones. False when it is busy, was used since, or has no model.
        """
        if not self._turn.acquire(blocking=False):
            return False
        try:
            if not self.loaded_path or self._process.idle_seconds < seconds:
                return False
            self._process.end()
            self._process.forget()
            return True
        finally:
            self._turn.release()

    def close(self) -> None:
        """Ends the process, also in the middle of a generation, which then raises RunnerDied."""
        self._closing = True
        try:
            self._loading.end(self._process.kill, anyway=True)
            self._process.end()
            with self._turn:
                self._process.forget()
                self._held, self._laid = None, ()
        finally:
            self._closing = False

    # --- below: with the turn taken

    def _generate(self, request: Generate, listener: Listener) -> Generated:
        self._require_model(listener.is_stopped)
        if listener.cancelled:
            # the first cancel may have met a dead process
            self._process.cancel(listener.number)
        try:
            return self._process.call(GENERATE, request)
        except RunnerDied:
            if self._closing:
                raise
            if not self._process.give_up_gpu("It ended in the middle of an answer.") or listener.heard:
                raise
            return self._generate(request, listener)

    def _require_model(self, stopped: Stopped = never) -> None:
        """After a death: the same model again, with the same tones."""
        if self._held is None:
            raise UserError("No model is loaded.", "Choose a model first.")
        if self._process.alive:
            return
        tones = tuple(laid.tone for laid in self._laid)
        stamped = self._laid
        self._load(self._held.request, stopped)
        if tones:
            self._process.call(SET_TONES, SetTones(tones))
            self._laid = stamped
        self._on_reload()

    def _load(self, request: LoadModel, stopped: Stopped) -> ModelLoaded:
        before = (self._held, self._laid) if self._process.alive else (None, ())
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
        self._process.ensure_started()
        if self._loading.is_stopped():
            raise ModelLoadStopped
        build = self._process.choice.build
        try:
            loaded = self._process.call(LOAD_MODEL, request if build.gpu else replace(request, gpu_layers=0))
        except RunnerDied:
            if self._loading.ended or not self._process.give_up_gpu("Loading a model ended its driver."):
                raise
            return self._load_on_choice(request)
        return loaded if loaded.note else replace(loaded, note=self._process.choice.note)

    # --- from any thread

    def _on_event(self, event: Event) -> None:
        listener = self._listener
        if listener is not None and event.name == event_name(TextGenerated):
            listener.take(decode(TextGenerated, event.params))
