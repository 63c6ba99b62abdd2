"""What the download process is asked: one file, from the first source that has it."""

from dataclasses import dataclass

from desktop.domain.downloads import Order, Origin
from desktop.protocol.lines import Method


@dataclass(frozen=True, slots=True)
class Fetch:
    """`folder` is where the model is to stand; what is on its way is in a folder below. `scratch` holds wheels."""

    order: Order
    folder: str
    scratch: str


@dataclass(frozen=True, slots=True)
class Fetched:
    path: str
    origin: Origin


@dataclass(frozen=True, slots=True)
class FetchProgressed:
    """Event, at most ten a second. `state` is a DownloadState; `origin` is None before a source was reached."""

    state: str
    done: int
    total: int
    origin: Origin | None


FETCH = Method("fetch", Fetch, Fetched)
