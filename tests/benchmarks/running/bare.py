"""`python -m tests.benchmarks.running.bare MODEL SETTINGS`: llama-cpp-python as its documentation uses it, asked by
lines of JSON. Each line is a prompt in ChatML and how many tokens to write; the reply says what that took.
"""

import json
import os
import sys
import time
from pathlib import Path
from typing import Any

import psutil

from desktop.llm.devices import Ggml
from desktop.llm.native_builds import LIBRARY_VARIABLE


def main() -> None:
    replies = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    from llama_cpp import Llama

    if folder := os.environ.get(LIBRARY_VARIABLE):
        Ggml(Path(folder))  # a build for many processors has to be told where its parts are

    settings: dict[str, Any] = json.loads(sys.argv[2])
    started = time.perf_counter()
    llama = Llama(sys.argv[1], verbose=False, **settings)
    print(json.dumps({"seconds": time.perf_counter() - started}), file=replies, flush=True)
    for line in sys.stdin:
        asked = json.loads(line)
        print(json.dumps(_run(llama, asked["prompt"], asked["tokens"])), file=replies, flush=True)


def _run(llama: Any, prompt: str, count: int) -> dict[str, float]:
    llama.reset()
    tokens = llama.tokenize(prompt.encode(), add_bos=False, special=True)
    started, worked = time.perf_counter(), time.process_time()
    writing = llama.generate(tokens, temp=0.0, reset=False)
    next(writing)
    first, worked_first = time.perf_counter(), time.process_time()
    written = 1
    while written < count:
        next(writing)
        written += 1
    writing.close()
    ended, worked_all = time.perf_counter(), time.process_time()
    memory = psutil.Process().memory_info().rss
    return {
        "prompt": len(tokens) / (first - started),
        "generation": (written - 1) / (ended - first),
        "prompt_work": len(tokens) / (worked_first - worked),
        "generation_work": (written - 1) / (worked_all - worked_first),
        "memory": float(memory),
    }


if __name__ == "__main__":
    main()
