"""Requests, replies and events as lines of JSON, and the methods a process offers. No transport here."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from desktop.domain.errors import EngineProblem, FileProblem, FootnoteError, UserError
from desktop.protocol.codec import ProtocolError, decode, encode

PROTOCOL = 8
MAX_LINE = 8 * 1024 * 1024

P = TypeVar("P")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Method(Generic[P, R]):
    """A request that a process answers: its name and the types of its parameters and its result."""

    name: str
    params: type[P]
    result: type[R]


@dataclass(frozen=True, slots=True)
class Fault:
    """An error on the wire; `kind` is user, engine, file or bug; `state` belongs to file faults alone."""

    kind: str
    title: str
    hint: str
    state: str = ""
    transient: bool = False

    def to_error(self) -> FootnoteError:
        if self.kind == "user":
            return UserError(self.title, self.hint)
        if self.kind == "file":
            return FileProblem(self.title, self.hint, state=self.state or "failed", transient=self.transient)
        return EngineProblem(self.title, self.hint)


@dataclass(frozen=True, slots=True)
class Request:
    id: int
    method: str
    params: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Reply:
    """Exactly one of `result` and `error` is set."""

    id: int
    result: dict[str, Any] | None
    error: Fault | None


@dataclass(frozen=True, slots=True)
class Event:
    name: str
    params: dict[str, Any]


def fault_of(error: BaseException) -> Fault:
    if isinstance(error, FileProblem):
        return Fault("file", error.title, error.hint, error.state, error.transient)
    if isinstance(error, FootnoteError):
        return Fault(error.kind, error.title, error.hint)
    if isinstance(error, ProtocolError):
        return Fault("bug", "A message was not understood.", str(error))
    return Fault("bug", "Something unexpected went wrong.", f"{type(error).__name__}: {error}")


def request_line(request_id: int, method: str, params: object) -> bytes:
    return _line({"id": request_id, "method": method, "params": encode(params)})


def result_line(request_id: int, result: object) -> bytes:
    return _line({"id": request_id, "result": encode(result)})


def error_line(request_id: int, fault: Fault) -> bytes:
    return _line({"id": request_id, "error": encode(fault)})


def event_line(name: str, params: object) -> bytes:
    return _line({"event": name, "params": encode(params)})


def event_name(kind: type) -> str:
    """`AnswerFinished` travels as `answer_finished`."""
    return "".join("_" + c.lower() if c.isupper() else c for c in kind.__name__).lstrip("_")


def parse_line(line: bytes) -> Request | Reply | Event:
    """What a line says. Raises ProtocolError for anything that is not exactly one of the three."""
    if len(line) > MAX_LINE:
        raise ProtocolError(f"a line of {len(line)} bytes is over the limit of {MAX_LINE}")
    try:
        value = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise ProtocolError(f"not JSON: {error}") from None
    keys: set[str] = set(value) if isinstance(value, dict) else set()
    if keys == {"id", "method", "params"}:
        return decode(Request, value)
    if keys == {"id", "result"}:
        return decode(Reply, {**value, "error": None})
    if keys == {"id", "error"}:
        return decode(Reply, {**value, "result": None})
    if keys == {"event", "params"}:
        return decode(Event, {"name": value["event"], "params": value["params"]})
    raise ProtocolError("neither a request, nor a reply, nor an event")


def _line(value: object) -> bytes:
    # surrogates (odd file names) stay escaped, so the line is always valid UTF-8
    line = json.dumps(value, ensure_ascii=True, separators=(",", ":")).encode("ascii") + b"\n"
    if len(line) > MAX_LINE:
        raise ProtocolError(f"a line of {len(line)} bytes is over the limit of {MAX_LINE}")
    return line


Handler = Callable[[Any], object]
