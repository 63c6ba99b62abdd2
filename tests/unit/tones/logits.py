"""`python -m tests.unit.tones.logits MODEL`: reads lines of JSON, each a list of (tone, strength); answers each with a
hash of the logits after one prompt that was taken in under exactly these, in one runner.
"""

import ctypes
import hashlib
import json
import sys

import llama_cpp

from desktop.domain.answers import ToneChoice
from desktop.llm.runner import Runner
from desktop.protocol.runner_messages import Generate, LoadModel, SetTones, Turn

TURNS = (Turn("system", "You are a helpful assistant."), Turn("user", "Say hello to my cat Alice."))


def main() -> None:
    runner = Runner(lambda _: None)
    runner.load(LoadModel(sys.argv[1], 1024, 2, 0, ""))
    for number, line in enumerate(sys.stdin):
        runner.set_tones(SetTones(tuple(ToneChoice(path, strength) for path, strength in json.loads(line))))
        answer = runner.generate(Generate(number, TURNS, 1, 0.0, 0, ()))
        assert runner._loaded is not None
        context = runner._loaded.model._context
        count = llama_cpp.llama_vocab_n_tokens(llama_cpp.llama_model_get_vocab(llama_cpp.llama_get_model(context)))
        logits = ctypes.string_at(llama_cpp.llama_get_logits_ith(context, -1), 4 * count)
        print(json.dumps([hashlib.sha256(logits).hexdigest(), answer.cached_tokens]), flush=True)


if __name__ == "__main__":
    main()
