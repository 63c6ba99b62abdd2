"""A runner whose load never ends, as on a slow disk. It sends an event when the load has begun."""

import json
import os
import sys

for line in sys.stdin:
    request = json.loads(line)
    greeting = {"protocol": request["params"].get("protocol"), "version": "", "process": "runner", "pid": os.getpid()}
    if request["method"] == "hello":
        print(json.dumps({"id": request["id"], "result": greeting}), flush=True)
    elif request["method"] == "load_model":
        print(json.dumps({"event": "text_generated", "params": {"generation": 0, "text": ""}}), flush=True)
