"""What the model runner was given: a model and tones, with the stamp of their files, which may change under a name."""

import os
from dataclasses import dataclass

from desktop.domain.answers import ToneChoice
from desktop.protocol.runner_messages import LoadModel, ModelLoaded


@dataclass(frozen=True, slots=True)
class Laid:
    """A tone as it was laid: its file may change under the same name."""

    tone: ToneChoice
    stamp: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Held:
    """The model that the runner holds, as it was asked for and as it was loaded."""

    request: LoadModel
    stamp: tuple[int, int]
    loaded: ModelLoaded


def file_stamp(path: str) -> tuple[int, int]:
    """Size and time of change; zeros where it can't be read."""
    try:
        status = os.stat(path)
    except OSError:
        return (0, 0)
    return (status.st_size, status.st_mtime_ns)
