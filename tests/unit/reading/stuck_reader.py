"""A reader that greets, says when it is asked something, and then takes for ever, as a parser in a loop does."""

import json
import os
import sys

greeted = json.loads(sys.stdin.readline())
greeting = {"protocol": greeted["params"]["protocol"], "version": "", "process": "reader", "pid": os.getpid()}
sys.stdout.write(json.dumps({"id": greeted["id"], "result": greeting}) + "\n")
sys.stdout.flush()
while sys.stdin.readline():
    sys.stdout.write('{"event":"asked","params":{}}\n')
    sys.stdout.flush()
