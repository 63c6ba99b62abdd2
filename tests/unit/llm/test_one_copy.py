"""Each of llama.cpp's libraries is loaded once: a second copy would have no device registered."""

import subprocess
import sys

import pytest

from desktop.platform_support.environment import child_environment

LOADED = """
from pathlib import Path
from desktop.llm.llama import LlamaLibrary
LlamaLibrary()
for file in sorted({line.split()[-1] for line in open("/proc/self/maps", encoding="utf-8") if "/libggml" in line}):
    print(Path(file).name.partition(".")[0])
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the libraries that a process has loaded are read from /proc")
def test_no_library_is_loaded_twice() -> None:
    done = subprocess.run(
        [sys.executable, "-c", LOADED], env=child_environment(), capture_output=True, text=True, check=True
    )
    loaded = done.stdout.split()
    assert {"libggml", "libggml-base"} <= set(loaded)
    assert len(loaded) == len(set(loaded))
