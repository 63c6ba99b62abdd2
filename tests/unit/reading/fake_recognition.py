"""Text recognition that finds the same two words on every picture; or ends, or hangs, as `--letters` says."""

import json
import os
import sys
import threading
from pathlib import Path

from desktop.reading.ocr_pausing import PauseSign
from desktop.reading.recognised import RecognisedLine, RecognisedPage, RecognisedWord
from desktop.reading.recognised_pages import write_pages

letters, scratch = (sys.argv[sys.argv.index(option) + 1] for option in ("--letters", "--scratch"))
for line in sys.stdin:
    asked = json.loads(line)
    params = asked["params"]
    result: dict[str, object]
    if asked["method"] == "hello":
        result = {"protocol": params["protocol"], "version": "", "process": "recognition", "pid": os.getpid()}
    elif letters == "dying":
        os._exit(3)
    elif letters == "stuck":
        threading.Event().wait()
    else:
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
