"""A runner that greets and then dies at the first request, as llama.cpp does on a failed assert."""

import json
import os
import sys

for line in sys.stdin:
    request = json.loads(line)
    if request["method"] != "hello":
        os._exit(134)
    greeting = {"protocol": request["params"]["protocol"], "version": "", "process": "runner", "pid": os.getpid()}
    print(json.dumps({"id": request["id"], "result": greeting}), flush=True)
