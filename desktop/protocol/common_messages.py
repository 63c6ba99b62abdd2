"""Messages that every process understands: the greeting and the empty one."""

from dataclasses import dataclass

from desktop.protocol.lines import Method


@dataclass(frozen=True, slots=True)
class Nothing:
    """No parameters, or no result."""


@dataclass(frozen=True, slots=True)
class Hello:
    """The first request on a line; a process that speaks another protocol number refuses it."""

    protocol: int


@dataclass(frozen=True, slots=True)
class Greeting:
    protocol: int
    version: str
    process: str
    pid: int


@dataclass(frozen=True, slots=True)
class PathOnly:
    path: str


HELLO = Method("hello", Hello, Greeting)
