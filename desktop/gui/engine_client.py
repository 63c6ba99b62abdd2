"""The window's side of the engine: starts it, speaks lines with it, starts it again when it dies. No widget here.

Everything happens on the Qt thread by QProcess's signals; a slice of work is ended after 20 ms so that the window
stays alive under a flood of events.
"""

import itertools
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from PySide6.QtCore import QObject, QProcess, QProcessEnvironment, QTimer, Signal

from desktop.domain.errors import EngineProblem, FootnoteError
from desktop.gui.restart_rules import RestartRules
from desktop.platform_support.environment import child_environment
from desktop.protocol import engine_messages as messages
from desktop.protocol.codec import ProtocolError, decode
from desktop.protocol.common_messages import HELLO, Greeting, Hello
from desktop.protocol.lines import MAX_LINE, PROTOCOL, Event, Method, Reply, event_name, parse_line, request_line

P = TypeVar("P")
R = TypeVar("R")
OnError = Callable[[FootnoteError], object]

SLICE = 0.02  # seconds
GRACE = 2000  # milliseconds between closing its input and ending it
LOG_LIMIT = 1_000_000  # bytes


@dataclass(frozen=True, slots=True)
class EngineCommand:
    """How to start an engine. `log` takes what it prints outside the protocol."""

    program: str
    arguments: tuple[str, ...]
    log: Path


@dataclass(frozen=True, slots=True)
class _Waiting:
    method: Method[Any, Any]
    on_result: Callable[[Any], object] | None
    on_error: OnError | None


class EngineClient(QObject):
    """One engine process and the requests to it.

    Signals: `engine_started(Greeting)`, `engine_lost()` it died and is started again, `engine_given_up(title, hint)`;
    the others each with one event of desktop.protocol.engine_messages, `trial_told` with four kinds.
    """

    engine_started = Signal(object)
    engine_lost = Signal()
    engine_given_up = Signal(str, str)
    indexing_progressed = Signal(object)
    library_changed = Signal(object)
    answer_stage_changed = Signal(object)
    answer_text_arrived = Signal(object)
    answer_thought_arrived = Signal(object)
    answer_meanwhile_arrived = Signal(object)
    answer_finished = Signal(object)
    answer_failed = Signal(object)
    models_changed = Signal(object)
    downloads_changed = Signal(object)
    tones_changed = Signal(object)
    trial_told = Signal(object)
    window_wanted = Signal(object)
    notice_arrived = Signal(object)

    def __init__(self, command: EngineCommand, rules: RestartRules | None = None) -> None:
        super().__init__()
        self._command = command
        self._rules = rules or RestartRules()
        self._numbers = itertools.count(1)
        self._waiting: dict[int, _Waiting] = {}
        self._unsent: deque[bytes] = deque()
        self._process: QProcess | None = None
        self._greeted = False
        self._closing = False
        self._reason = ""
        self._read_later = QTimer(self, interval=0, singleShot=True)
        self._read_later.timeout.connect(self._read)
        self._start_later = QTimer(self, singleShot=True)
        self._start_later.timeout.connect(self.start)
        self._events = {event_name(kind): (kind, self._signal_of(kind)) for kind in messages.EVENTS}

    def _signal_of(self, kind: type) -> Any:
        """Named as the event, or as what it tells; None for one that the window doesn't listen to."""
        if kind in messages.TRIAL_EVENTS:
            return self.trial_told
        name = event_name(kind)
        signals = (getattr(self, each, None) for each in (name, f"{name}_arrived", f"{name}_changed"))
        return next((signal for signal in signals if signal is not None), None)

    @property
    def ready(self) -> bool:
        return self._greeted

    @property
    def log(self) -> Path:
        return self._command.log

    @property
    def pid(self) -> int:
        """Of the running engine, 0 when there is none."""
        return self._process.processId() if self._process is not None else 0

    def start(self) -> None:
        process = QProcess(self)
        environment = QProcessEnvironment()
        for name, value in child_environment().items():
            environment.insert(name, value)
        process.setProcessEnvironment(environment)
        process.setProgram(self._command.program)
        process.setArguments(list(self._command.arguments))
        self._send_errors_to_log(process)
        process.readyReadStandardOutput.connect(self._read)
        process.finished.connect(self._finished)
        process.errorOccurred.connect(self._failed)
        self._process = process
        self._reason = ""
        process.start()
        self._write(HELLO, Hello(PROTOCOL), self._welcome, self._refuse)

    def try_again(self) -> None:
        """After it was given up."""
        self._rules.forget()
        self.start()

    def call(
        self,
        method: Method[P, R],
        params: P,
        on_result: Callable[[R], object] | None = None,
        on_error: OnError | None = None,
    ) -> None:
        """Sends a request, or keeps it until the engine has greeted. One of the two is called later, never now."""
        line = self._line(method, params, on_result, on_error)
        if self._greeted and self._process is not None:
            self._process.write(line)
        else:
            self._unsent.append(line)

    def close(self) -> None:
        """Closes the engine's input, waits up to two seconds for its end, tells it once more, then kills it."""
        self._closing = True
        self._start_later.stop()
        process, self._process = self._process, None
        self._waiting.clear()
        if process is None:
            return
        self._let_go(process)
        # told before it is killed: it may live on for a command, and a kill would look like a crash
        for end in (process.closeWriteChannel, process.terminate, process.kill):
            end()
            if process.state() == QProcess.ProcessState.NotRunning or process.waitForFinished(GRACE):
                return

    def _send_errors_to_log(self, process: QProcess) -> None:
        log = self._command.log
        try:
            log.parent.mkdir(parents=True, exist_ok=True)
            if log.exists() and log.stat().st_size > LOG_LIMIT:
                log.replace(log.with_suffix(".old"))
        except OSError:
            process.setStandardErrorFile(QProcess.nullDevice())
            return
        process.setStandardErrorFile(str(log), QProcess.OpenModeFlag.Append)

    def _write(
        self, method: Method[P, R], params: P, on_result: Callable[[R], object] | None, on_error: OnError | None
    ) -> None:
        if self._process is not None:
            self._process.write(self._line(method, params, on_result, on_error))

    def _line(
        self, method: Method[P, R], params: P, on_result: Callable[[R], object] | None, on_error: OnError | None
    ) -> bytes:
        number = next(self._numbers)
        self._waiting[number] = _Waiting(method, on_result, on_error)
        return request_line(number, method.name, params)

    def _welcome(self, greeting: Greeting) -> None:
        if greeting.protocol != PROTOCOL:
            self._refuse(
                EngineProblem("The engine and the window are of different versions.", "Install Footnote again.")
            )
            return
        self._greeted = True
        while self._unsent and self._process is not None:
            self._process.write(self._unsent.popleft())
        self.engine_started.emit(greeting)

    def _refuse(self, error: FootnoteError) -> None:
        """It answered, and won't work: starting it again would not help."""
        process, self._process = self._process, None
        if process is not None:
            self._let_go(process)
            process.kill()
        self._drop_requests(error)
        self.engine_given_up.emit(error.title, error.hint)

    def _read(self) -> None:
        deadline = time.monotonic() + SLICE
        process = self._process
        while process is not None and process is self._process and process.canReadLine():
            self._take(bytes(process.readLine().data()))
            if time.monotonic() > deadline:
                self._read_later.start()
                return
        if process is not None and process is self._process and process.bytesAvailable() > MAX_LINE:
            self._break_off("A line was too long.")

    def _take(self, line: bytes) -> None:
        try:
            message = parse_line(line)
            if isinstance(message, Event):
                self._take_event(message)
            elif isinstance(message, Reply):
                self._take_reply(message)
        except ProtocolError as error:
            self._break_off(str(error))

    def _take_event(self, event: Event) -> None:
        known = self._events.get(event.name)
        if known is None:
            raise ProtocolError(f"unknown event {event.name!r}")
        kind, signal = known
        decoded = decode(kind, event.params)
        if signal is not None:
            signal.emit(decoded)

    def _take_reply(self, reply: Reply) -> None:
        waiting = self._waiting.pop(reply.id, None)
        if waiting is None:
            return
        if reply.error is not None:
            if waiting.on_error is not None:
                waiting.on_error(reply.error.to_error())
            return
        result = decode(waiting.method.result, reply.result)
        if waiting.on_result is not None:
            waiting.on_result(result)

    def _break_off(self, reason: str) -> None:
        """A broken line means a broken engine: ended, and started again by the same rules."""
        self._reason = reason
        if self._process is not None:
            self._process.kill()

    def _failed(self, error: QProcess.ProcessError) -> None:
        if error == QProcess.ProcessError.FailedToStart and self._process is not None:
            self._reason = self._process.errorString()
            self._ended(self._process)

    def _finished(self) -> None:
        # only one process is listened to at a time: `_let_go` cuts the others off
        if self._process is not None:
            self._ended(self._process)

    def _let_go(self, process: QProcess) -> None:
        """Nothing more is heard of it, and Qt deletes it from the event loop: never Python, amid one of its signals."""
        process.finished.disconnect(self._finished)
        process.errorOccurred.disconnect(self._failed)
        process.readyReadStandardOutput.disconnect(self._read)
        process.deleteLater()

    def _ended(self, process: QProcess) -> None:
        if self._closing:
            return
        self._read_rest(process)
        if process is not self._process:
            return  # its last words were a refusal
        self._let_go(process)
        self._process = None
        self._greeted = False
        self._drop_requests(EngineProblem("The engine stopped before it answered.", "It is being started again."))
        delay = self._rules.after_crash(time.monotonic())
        if delay is None:
            reason = self._reason or f"Exit code {process.exitCode()}."
            self.engine_given_up.emit("The engine has stopped three times in two minutes.", reason)
            return
        self.engine_lost.emit()
        self._start_later.start(int(delay * 1000))

    def _read_rest(self, process: QProcess) -> None:
        while process is self._process and process.canReadLine():
            self._take(bytes(process.readLine().data()))

    def _drop_requests(self, error: FootnoteError) -> None:
        self._greeted = False
        self._unsent.clear()
        waiting, self._waiting = self._waiting, {}
        for request in waiting.values():
            if request.method is not HELLO and request.on_error is not None:
                request.on_error(error)
