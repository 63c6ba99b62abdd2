"""Text recognition that finds the same two words on every picture; or ends, or hangs, as `--letters` says.

It ends while a file `broken` is beside the networks, and `--letters killed-3` has it killed three times.
"""

import json
import os
import signal
import sys
import threading
from pathlib import Path

from desktop.reading.ocr_pausing import PauseSign
from desktop.reading.recognised import RecognisedLine, RecognisedPage, RecognisedWord
from desktop.reading.recognised_pages import write_pages

OPTIONS = ("--letters", "--scratch", "--models")
letters, scratch, models = (sys.argv[sys.argv.index(option) + 1] for option in OPTIONS)


def be_killed_at_times() -> None:
    """As often as `--letters` says, by the one signal that no process can send itself by a bug of its own."""
    note = Path(scratch) / "killed"
    done = int(note.read_text()) if note.exists() else 0
    if letters.startswith("killed-") and done < int(letters.removeprefix("killed-")):
        note.write_text(f"{done + 1}")
        if sys.platform == "win32":
            os._exit(1)
        os.kill(os.getpid(), signal.SIGKILL)


for line in sys.stdin:
    asked = json.loads(line)
    params = asked["params"]
    result: dict[str, object]
    if asked["method"] == "hello":
        result = {"protocol": params["protocol"], "version": "", "process": "recognition", "pid": os.getpid()}
    elif letters == "dying" or (Path(models) / "broken").exists():
        os._exit(3)
    elif letters == "stuck":
        threading.Event().wait()
    else:
        be_killed_at_times()
        PauseSign(Path(scratch)).wait()
        width, height = params["width"], params["height"]
        assert Path(params["pixels"]).stat().st_size == width * height * 3
        top, bottom = height // 4, height // 2
        words = (
            RecognisedWord("Recognised", width // 10, top, width // 2, bottom),
            RecognisedWord("words.", width // 2 + 10, top, width * 9 // 10, bottom),
        )
        page = RecognisedPage(width, height, (RecognisedLine(words, 0.99),))
        write_pages({"": page}, Path(params["output"]))
        result = {"lines": 1}
    sys.stdout.write(json.dumps({"id": asked["id"], "result": result}) + "\n")
    sys.stdout.flush()
