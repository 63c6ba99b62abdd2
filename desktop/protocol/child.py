"""The parent's side without Qt: starts a child process (or holds a socket) and speaks to it from any thread.

Restart rules are the caller's: this reports an end, it does not start anything twice.
"""

import contextlib
import itertools
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout
from typing import IO, Any, BinaryIO, TypeVar, cast

from desktop.domain.errors import EngineProblem
from desktop.protocol.codec import ProtocolError, decode
from desktop.protocol.lines import MAX_LINE, Event, Method, Reply, parse_line, request_line

P = TypeVar("P")
R = TypeVar("R")


class ProcessEnded(EngineProblem):
    """The other process ended (or closed the line) before it answered."""


class LineClient:
    """One connection to a process that answers lines. Thread-safe.

    `on_event` and `on_end` are called on the reading thread.
    """

    def __init__(
        self,
        requests: BinaryIO,
        replies: BinaryIO,
        on_event: Callable[[Event], None] | None = None,
        on_end: Callable[[], None] | None = None,
    ) -> None:
        self._requests, self._replies = requests, replies
        self._on_event, self._on_end = on_event, on_end
        self._numbers = itertools.count(1)
        self._waiting: dict[int, Future[dict[str, Any]]] = {}
        self._lock = threading.Lock()
        self._ended = False
        self._thread = threading.Thread(target=self._read, name="replies", daemon=True)
        self._thread.start()

    @property
    def ended(self) -> bool:
        return self._ended

    def call(self, method: Method[P, R], params: P, timeout: float | None = None) -> R:
        """The result. Raises the error that came back, ProcessEnded, or TimeoutError after `timeout` seconds."""
        future: Future[dict[str, Any]] = Future()
        with self._lock:
            if self._ended:
                raise ProcessEnded("The process has ended.")
            number = next(self._numbers)
            self._waiting[number] = future
            self._send(request_line(number, method.name, params))
        try:
            return decode(method.result, future.result(timeout))
        except FutureTimeout:
            raise TimeoutError(f"{method.name} took over {timeout} s") from None
        finally:
            self._waiting.pop(number, None)

    def close(self) -> None:
        """Tells the other side that no more requests come."""
        with self._lock:
            try:
                self._requests.close()
            except OSError:
                return

    def join(self, timeout: float | None = None) -> None:
        self._thread.join(timeout)

    def _send(self, line: bytes) -> None:
        try:
            self._requests.write(line)
            self._requests.flush()
        except (OSError, ValueError):
            raise ProcessEnded("The process has ended.") from None

    def _read(self) -> None:
        try:
            while line := self._replies.readline(MAX_LINE + 1):
                self._take(line)
        except (OSError, ValueError, ProtocolError):
            pass  # a broken line means a broken process: treated as its end
        self._finish()

    def _take(self, line: bytes) -> None:
        message = parse_line(line)
        if isinstance(message, Event):
            if self._on_event is not None:
                self._on_event(message)
        elif isinstance(message, Reply):
            future = self._waiting.pop(message.id, None)
            if future is None:
                return
            if message.error is not None:
                future.set_exception(message.error.to_error())
            else:
                future.set_result(message.result or {})

    def _finish(self) -> None:
        with self._lock:
            self._ended = True
            waiting = list(self._waiting.values())
            self._waiting.clear()
        for future in waiting:
            if not future.done():
                future.set_exception(ProcessEnded("The process has ended."))
        if self._on_end is not None:
            self._on_end()


class ChildProcess(LineClient):
    """A child of ours that speaks lines on its standard streams; its standard error goes to `stderr`.

    `inherited` are the descriptors that it gets besides these, by the same numbers; none on Windows.
    """

    def __init__(
        self,
        arguments: Sequence[str],
        environment: Mapping[str, str],
        stderr: IO[bytes] | int = subprocess.DEVNULL,
        on_event: Callable[[Event], None] | None = None,
        on_end: Callable[[], None] | None = None,
        inherited: Sequence[int] = (),
    ) -> None:
        flags = subprocess.CREATE_NO_WINDOW if sys.platform == "win32" else 0
        self.process = subprocess.Popen(
            [sys.executable, "-m", *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=stderr,
            env=dict(environment),
            creationflags=flags,
            pass_fds=tuple(inherited),
        )
        assert self.process.stdin is not None and self.process.stdout is not None
        requests, replies = cast("BinaryIO", self.process.stdin), cast("BinaryIO", self.process.stdout)
        super().__init__(requests, replies, on_event, on_end)

    @property
    def pid(self) -> int:
        return self.process.pid

    def stop(self, grace: float = 2.0) -> int:
        """Closes its input, waits `grace` seconds, then kills it. Returns the exit code."""
        self.close()
        try:
            code = self.process.wait(grace)
        except subprocess.TimeoutExpired:
            return self.kill()
        self._release()
        return code

    def let_go(self, grace: float) -> None:
        """Closes its input and waits for its end, or until it hangs up to live on for others; else kills it."""
        self.close()
        self.join(grace)
        if not self.ended:
            self.kill()
            return
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(0.5)
        self._release()

    def kill(self) -> int:
        """Ends it at once. Returns the exit code."""
        self.process.kill()
        code = self.process.wait()
        self._release()
        return code

    def _release(self) -> None:
        self.close()
        self.join(2)
        if self.process.stdout is not None:
            self.process.stdout.close()
