"""A reader that greets, says when it is asked something, and then takes for ever, as a parser in a loop does."""

import json
import os
import sys


def reply(number: int, result: object) -> None:
    sys.stdout.write(json.dumps({"id": number, "result": result}) + "\n")
    sys.stdout.flush()


for line in sys.stdin:
    asked = json.loads(line)
    if asked["method"] == "hello":
        protocol = asked["params"]["protocol"]
        reply(asked["id"], {"protocol": protocol, "version": "", "process": "reader", "pid": os.getpid()})
    elif asked["method"] == "describe_walls":
        reply(asked["id"], {"standing": [], "missing": []})
    else:
        sys.stdout.write('{"event":"asked","params":{}}\n')
        sys.stdout.flush()
