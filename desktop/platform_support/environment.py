"""The environment our processes get: telemetry and network off before any library is imported. Starts nothing."""

import os
from collections.abc import Mapping

HARDENING: Mapping[str, str] = {
    "ORT_DISABLE_TELEMETRY": "1",
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "DO_NOT_TRACK": "1",
    "GGML_NO_BACKTRACE": "1",
    "LANCEDB_LOG": "error",
    "TOKENIZERS_PARALLELISM": "true",
    "PYTHONUTF8": "1",
    "PYTHONSAFEPATH": "1",  # a json.py in the folder we were started from is not ours to run
}


def harden() -> None:
    """Sets the variables in this process; call it before importing any third-party library."""
    os.environ.update(HARDENING)


def online_environment() -> dict[str, str]:
    """For the one process that may connect: getting a model, after a person pressed the button. Still no telemetry."""
    environment = child_environment()
    for name in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"):
        environment.pop(name)
    # our own transfer resumes and checks; this one would bring a second kind of download with it
    return {**environment, "HF_HUB_DISABLE_XET": "1", "HF_HUB_DISABLE_IMPLICIT_TOKEN": "1"}


def child_environment() -> dict[str, str]:
    """This process's environment with the hardening laid over it."""
    return {**os.environ, **HARDENING}
