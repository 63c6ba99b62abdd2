"""llama-cpp-python as anyone would use it, told what to answer by lines of JSON: the other side of `cost`.

It imports nothing of Footnote. Times are taken here, so that our lines between processes count against us alone.
"""

import json
import sys
import time
from typing import Any


def main() -> None:
    answers = sys.stdout
    sys.stdout = sys.stderr  # what libraries print is no answer
    from llama_cpp import Llama

    settings: dict[str, Any] = json.loads(sys.stdin.readline())
    llama = Llama(
        settings["model"],
        n_ctx=settings["context"],
        n_threads=settings["threads"],
        n_threads_batch=settings["threads"],
        verbose=False,
    )
    for line in sys.stdin:
        answers.write(json.dumps(_answer(llama, json.loads(line))) + "\n")
        answers.flush()


def _answer(llama: Any, asked: dict[str, Any]) -> dict[str, Any]:
    """Seconds to the first token and from there to the end, the text, its tokens."""
    began = time.perf_counter()
    first, pieces = 0.0, list[str]()
    for part in llama.create_chat_completion(
        asked["messages"], max_tokens=asked["max_tokens"], temperature=0.0, stream=True
    ):
        words = part["choices"][0]["delta"].get("content")
        if words:
            first = first or time.perf_counter() - began
            pieces.append(words)
    rest = time.perf_counter() - began - first
    text = "".join(pieces)
    tokens = len(llama.tokenize(text.encode(), add_bos=False))
    return {"first": first, "rest": rest, "text": text, "tokens": tokens}


if __name__ == "__main__":
    main()
