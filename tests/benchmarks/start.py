"""How fast Footnote starts: `python3 -m installer bench start`. Prints figures and fails where a promise is broken.

The window's time is held against a bare PySide6 window of the same run; the engine's against its own promise.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil

from desktop.platform_support.environment import child_environment
from desktop.protocol.child import ChildProcess
from desktop.protocol.common_messages import HELLO, Hello, Nothing
from desktop.protocol.engine_messages import STATUS
from desktop.protocol.lines import PROTOCOL

ROUNDS = 7
MOST_TIMES_BARE = 3.0
MOST_MEMORY = 150 * 1024 * 1024
MOST_ENGINE_SECONDS = 0.5
HEAVY = (
    *("torch", "transformers", "sentence_transformers", "lancedb", "pyarrow", "numpy"),
    *("llama_cpp", "onnxruntime", "openvino", "pypdfium2"),
)

BARE = """
import sys
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QMainWindow
application = QApplication(sys.argv)
window = QMainWindow()
window.show()
QTimer.singleShot(0, lambda: (print("shown", flush=True), sys.stdin.readline(), application.quit()))
application.exec()
"""

OURS = """
import json, sys
from pathlib import Path
from PySide6.QtCore import QTimer
from desktop.gui.app import make_application
from desktop.gui.parts import build_parts, engine_command
from desktop.gui.window import FootnoteWindow
from desktop.platform_support.paths import data_folders
folders = data_folders(Path(sys.argv[1]))
application = make_application(sys.argv[:1])
parts = build_parts(application, folders, engine_command(folders))
window = FootnoteWindow(parts)
window.show()
QTimer.singleShot(0, lambda: (print("shown", json.dumps(sorted(sys.modules)), flush=True), sys.stdin.readline(),
                              application.quit()))
application.exec()
"""


def shown(code: str, *arguments: str) -> tuple[float, int, str]:
    """(seconds from start to shown, resident bytes then, what it said)."""
    environment = {**child_environment(), "QT_QPA_PLATFORM": os.environ.get("QT_QPA_PLATFORM", "offscreen")}
    started = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-c", code, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=environment,
    )
    assert process.stdin is not None and process.stdout is not None
    said = process.stdout.readline()
    seconds = time.perf_counter() - started
    memory = psutil.Process(process.pid).memory_info().rss
    process.stdin.write("\n")
    process.stdin.close()
    process.stdout.close()
    process.wait(20)
    return seconds, memory, said


def engine_seconds(library: Path) -> float:
    """From starting the engine to its answers to `hello` and `status`."""
    started = time.perf_counter()
    child = ChildProcess(("desktop.engine", "--data", str(library)), child_environment())
    try:
        child.call(HELLO, Hello(PROTOCOL), 60)
        child.call(STATUS, Nothing(), 60)
        return time.perf_counter() - started
    finally:
        child.stop(20)


def main() -> int:
    with tempfile.TemporaryDirectory() as scratch:
        library = Path(scratch) / "library"
        shown(BARE), shown(OURS, str(library)), engine_seconds(library)  # files into the page cache
        rounds = [(shown(BARE), shown(OURS, str(library))) for _ in range(ROUNDS)]
        engine = [engine_seconds(library) for _ in range(ROUNDS)]
    bare = statistics.median(round_[0][0] for round_ in rounds)
    ours = statistics.median(round_[1][0] for round_ in rounds)
    memory = max(round_[1][1] for round_ in rounds)
    modules = set(json.loads(rounds[-1][1][2].removeprefix("shown ")))
    heavy = sorted(modules & set(HEAVY))
    figures = {
        "bare window, s": round(bare, 3),
        "Footnote's window, s": round(ours, 3),
        "times bare": round(ours / bare, 2),
        "window memory, MB": round(memory / 1024**2, 1),
        "engine's hello and status, s": round(statistics.median(engine), 3),
        "heavy modules in the window": heavy,
        "load average": [round(load, 1) for load in os.getloadavg()] if hasattr(os, "getloadavg") else [],
        "rounds": ROUNDS,
    }
    for name, figure in figures.items():
        print(f"{name}: {figure}")
    broken = [
        what
        for what, ok in (
            (f"the window takes more than {MOST_TIMES_BARE} times a bare one", ours / bare <= MOST_TIMES_BARE),
            ("the window takes more than 150 MB", memory < MOST_MEMORY),
            ("the engine takes more than 0.5 s", statistics.median(engine) <= MOST_ENGINE_SECONDS),
            ("the window imports what it must not", not heavy),
        )
        if not ok
    ]
    for what in broken:
        print(f"BROKEN: {what}")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
