"""A reader that greets and then takes for ever, as a parser in an endless loop does."""

import json
import os
import sys

greeted = json.loads(sys.stdin.readline())
greeting = {"protocol": greeted["params"]["protocol"], "version": "", "process": "reader", "pid": os.getpid()}
sys.stdout.write(json.dumps({"id": greeted["id"], "result": greeting}) + "\n")
sys.stdout.flush()
while sys.stdin.readline():
    pass
