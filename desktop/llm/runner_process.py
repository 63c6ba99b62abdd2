"""The model runner's process, from the engine's side: starts it on the build that is chosen when something is asked of
it, hands requests on, ends it. Says that it died; what it held and whether it is asked again is `client`'s.
"""

from collections.abc import Callable, Mapping
from typing import TypeVar

from desktop.domain.errors import EngineProblem
from desktop.llm.build_choice import BuildChoice, Choice
from desktop.llm.native_builds import PROCESSOR
from desktop.llm.stopping import Stopped
from desktop.platform_support.environment import child_environment
from desktop.protocol.child import ChildProcess, ProcessEnded
from desktop.protocol.common_messages import HELLO, Hello
from desktop.protocol.lines import PROTOCOL, Event, Method
from desktop.protocol.runner_messages import CANCEL_GENERATION, CancelGeneration

P = TypeVar("P")
R = TypeVar("R")
Start = Callable[[Callable[[Event], None], Mapping[str, str]], ChildProcess]

HELLO_SECONDS = 30.0
CANCEL_SECONDS = 5.0


class RunnerDied(EngineProblem):
    """The runner ended in the middle of a request. The next use starts it again."""


def start_runner(on_event: Callable[[Event], None], environment: Mapping[str, str]) -> ChildProcess:
    return ChildProcess(("desktop.llm.process",), environment, on_event=on_event)


class RunnerProcess:
    """One process at a time, for one caller at a time, but for `pid`, `alive`, `cancel`, `kill` and `end`.

    Without `builds` it runs on the processor. `stopped` is asked while a build is chosen.
    """

    def __init__(
        self,
        start: Start,
        builds: BuildChoice | None,
        on_event: Callable[[Event], None],
        stopped: Stopped,
        clock: Callable[[], float],
    ) -> None:
        self._start, self._builds, self._on_event = start, builds, on_event
        self._stopped, self._clock = stopped, clock
        self._child: ChildProcess | None = None
        self._choice = Choice(PROCESSOR)
        self._used = 0.0

    @property
    def pid(self) -> int | None:
        """Of the process that lives now, or None."""
        child = self._child
        return child.pid if child is not None and not child.ended else None

    @property
    def alive(self) -> bool:
        return self._child is not None and not self._child.ended

    @property
    def choice(self) -> Choice:
        """What it was started on last."""
        return self._choice

    @property
    def idle_seconds(self) -> float:
        """Since the last request ended."""
        return self._clock() - self._used

    def call(self, method: Method[P, R], params: P) -> R:
        """Starts it unless it lives. Raises RunnerDied when it ends before it has answered, ModelLoadStopped when it
        was stopped while a build was chosen.
        """
        try:
            return self.ensure_started().call(method, params)
        except ProcessEnded:
            raise RunnerDied("The model runner ended.", "It starts again with the next question.") from None
        finally:
            self._used = self._clock()

    def ensure_started(self) -> ChildProcess:
        """Starts it unless it lives. Raises ProcessEnded when it ends before it has said hello, and as `call`."""
        if self._child is not None and not self._child.ended:
            return self._child
        self.end()
        if self._builds is not None:
            self._choice = self._builds.choose(self._stopped)
        self._child = self._start(self._on_event, {**child_environment(), **self._choice.build.environment()})
        self._child.call(HELLO, Hello(PROTOCOL), HELLO_SECONDS)
        return self._child

    def give_up_gpu(self, problem: str) -> bool:
        """After a death: whether it was the GPU's build, which is then left for the processor's."""
        if self._builds is None or not self._choice.build.gpu:
            return False
        self._builds.failed(self._choice.build, problem)
        return True

    def forget(self) -> None:
        """After `end`: the next request starts another."""
        self._child = None

    # --- from any thread

    def cancel(self, generation: int) -> None:
        """Does nothing where there is no process, or a dead one."""
        child = self._child
        if child is None:
            return
        try:
            child.call(CANCEL_GENERATION, CancelGeneration(generation), CANCEL_SECONDS)
        except (ProcessEnded, TimeoutError):
            return

    def kill(self) -> None:
        """Does not wait for its end: whoever waits for an answer learns of it."""
        if self._child is not None:
            self._child.process.kill()

    def end(self) -> None:
        """Lets it end, or kills it after a while, and closes its pipes."""
        child = self._child
        if child is None:
            return
        child.stop()
        if child.process.stdout is not None:
            child.process.stdout.close()
