"""`python -m tests.unit.tones.logits MODEL`: reads lines of JSON, each a list of (tone, strength) and what a question
begins with; answers each with a hash of the logits after that question, which was taken in under exactly these tones,
and with how many of its tokens were held already; all in one runner. A line of null loads the model anew.
"""

import ctypes
import hashlib
import json
import sys

import llama_cpp

from desktop.domain.answers import ToneChoice
from desktop.llm.runner import Runner
from desktop.protocol.runner_messages import Generate, LoadModel, SetTones, Turn

SYSTEM, QUESTION = Turn("system", "You are a helpful assistant."), "Say hello to my cat Alice."


def main() -> None:
    runner = Runner(lambda _: None)
    load = LoadModel(sys.argv[1], 1024, 1, 0, "")
    runner.load(load)
    for number, line in enumerate(sys.stdin):
        asked = json.loads(line)
        if asked is None:
            runner.load(load)
            continue
        tones, text = asked
        runner.set_tones(SetTones(tuple(ToneChoice(path, strength) for path, strength in tones)))
        turns = (SYSTEM, Turn("user", f"{text}{QUESTION}"))
        answer = runner.generate(Generate(number, turns, 1, 0.0, 0, ()))
        assert runner._loaded is not None
        context = runner._loaded.model._context
        count = llama_cpp.llama_vocab_n_tokens(llama_cpp.llama_model_get_vocab(llama_cpp.llama_get_model(context)))
        logits = ctypes.string_at(llama_cpp.llama_get_logits_ith(context, -1), 4 * count)
        print(json.dumps([hashlib.sha256(logits).hexdigest(), answer.cached_tokens]), flush=True)


if __name__ == "__main__":
    main()
