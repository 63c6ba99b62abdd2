"""`python -m desktop.llm.process`: the model runner. Speaks lines on its standard streams, knows one model, and ends
at once when its parent does.
"""

import os
import sys
import traceback
from typing import BinaryIO, cast

from desktop import __version__
from desktop.domain.errors import EngineProblem
from desktop.platform_support.environment import harden
from desktop.protocol.common_messages import HELLO, Greeting, Hello
from desktop.protocol.lines import PROTOCOL
from desktop.protocol.runner_messages import (
    CANCEL_GENERATION,
    COUNT_TOKENS,
    GENERATE,
    LOAD_MODEL,
    SET_TONES,
    UNLOAD_MODEL,
)
from desktop.protocol.server import EndingInput, LineServer, claim_standard_streams

# OpenMP's threads spin for a moment while they wait for each other, then sleep. The starter model on two cores, tokens
# a second, alone and beside one busy process: sleeping at once 22 and 19, so 33 and 19, sixty times as long 36 and 3
WAITING = ("GOMP_SPINCOUNT", "300")
# one worker thread serves these: llama.cpp must not be entered by two
BACKGROUND = (LOAD_MODEL, UNLOAD_MODEL, SET_TONES, COUNT_TOKENS, GENERATE)


def main() -> None:
    harden()
    if "OMP_WAIT_POLICY" not in os.environ:  # must stand before the library is loaded
        os.environ.setdefault(*WAITING)
    requests, replies = claim_standard_streams()
    # after the streams are claimed: a native library that prints while it loads would break a line
    from desktop.llm.runner import Runner

    runner = Runner(lambda event: server.send_event(event))
    handlers = {
        HELLO: _greet,
        LOAD_MODEL: runner.load,
        UNLOAD_MODEL: runner.unload,
        SET_TONES: runner.set_tones,
        COUNT_TOKENS: runner.count_tokens,
        GENERATE: runner.generate,
        CANCEL_GENERATION: runner.cancel,
    }
    # llama.cpp may be deep in a prompt and can't be joined; nothing here needs saving
    source = cast("BinaryIO", EndingInput(requests))
    server = LineServer(handlers, source, replies, (frozenset(method.name for method in BACKGROUND),), _report_bug)
    server.serve()


def _greet(hello: Hello) -> Greeting:
    if hello.protocol != PROTOCOL:
        raise EngineProblem("The model runner belongs to another version of Footnote.", "Install Footnote again.")
    return Greeting(PROTOCOL, __version__, "runner", os.getpid())


def _report_bug(method: str, error: BaseException) -> None:
    # where it happened, not what about: messages may hold the user's words
    place = traceback.extract_tb(error.__traceback__)[-1]
    print(f"runner: {method}: {type(error).__name__} at {place.filename}:{place.lineno}", file=sys.stderr)


if __name__ == "__main__":
    main()
