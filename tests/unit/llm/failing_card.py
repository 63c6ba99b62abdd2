"""A runner as on a card whose driver fails: it loads any model, and dies at the first answer, after its first words
when its environment says so. WORKS_ON: it doesn't, and makes that file when it begins to work.
"""

import json
import os
import sys
from pathlib import Path

LOADED = {
    "name": "", "architecture": "llama", "family": "chatml", "context": 512, "seconds": 0.1, "threads": 1,
    "gpu_layers": 31, "layers": 30, "kv_type": "f16", "device": "A card", "note": "",
}  # fmt: skip


def say(message: dict[str, object]) -> None:
    print(json.dumps(message), flush=True)


for line in sys.stdin:
    request = json.loads(line)
    number, method, params = request["id"], request["method"], request["params"]
    if method == "hello":
        result = {"protocol": params["protocol"], "version": "", "process": "runner", "pid": os.getpid()}
    elif method == "load_model":
        result = LOADED
    else:
        if os.environ.get("FAILS_LATE"):
            event = {"generation": params["generation"], "text": "The sea"}
            say({"event": "text_generated", "params": event})
        if os.environ.get("WORKS_ON"):
            Path(os.environ["WORKS_ON"]).touch()
            continue  # until it is ended
        os._exit(139)
    say({"id": number, "result": result})
