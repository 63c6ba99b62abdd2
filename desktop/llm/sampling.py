"""Choosing the next token from what the model made of the ones before it: by likelihood or seeded chance, and held to a
JSON Schema by a grammar. Takes nothing in and knows no words; that is `loaded_model`'s.
"""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from desktop.domain.errors import EngineProblem
from desktop.llm.bindings import json_schema_to_gbnf, native
from desktop.llm.guiding import guiding_schema

_LONGEST_GRAMMAR = 200_000
_FIRST_TRIED = 256
Floats = NDArray[np.float32]


class Sampler:
    """Chooses tokens: the likeliest at temperature 0, else by seeded chance. Free it with `close`.

    A guide is asked about the one token that was chosen, and about the others only where it refuses that one: to ask
    it about all of them each time made a small model eight times slower.
    """

    def __init__(self, context: Any, temperature: float, seed: int, guide: "Guide | None") -> None:
        self._context, self._guide = context, guide
        chain: Any = native.llama_sampler_chain_init(native.llama_sampler_chain_default_params())
        if temperature <= 0:
            native.llama_sampler_chain_add(chain, native.llama_sampler_init_greedy())
        else:
            native.llama_sampler_chain_add(chain, native.llama_sampler_init_min_p(0.05, 1))
            native.llama_sampler_chain_add(chain, native.llama_sampler_init_top_p(0.95, 1))
            native.llama_sampler_chain_add(chain, native.llama_sampler_init_temp(temperature))
            native.llama_sampler_chain_add(chain, native.llama_sampler_init_dist(seed & 0xFFFFFFFF))
        self._chain = chain

    def sample(self, back: int = 1) -> int:
        """The next token after what was decoded last; after the `back`-th last token of it, decoded with `every`."""
        token = int(native.llama_sampler_sample(self._chain, self._context, -back))
        if self._guide is None:
            return token
        return self._guide.take(token, native.llama_get_logits_ith(self._context, -back))

    def close(self) -> None:
        native.llama_sampler_free(self._chain)
        if self._guide is not None:
            self._guide.close()


class Guide:
    """A grammar, and how far along it the answer is. `words` is how many tokens the model knows."""

    def __init__(self, grammar: Any, words: int) -> None:
        self._grammar, self._words = grammar, words

    def take(self, token: int, logits: Any) -> int:
        """The token, or the likeliest that may stand in its place; the grammar goes on from it."""
        if not self._allowed((token,), (0.0,)):
            token = self._likeliest(np.ctypeslib.as_array(logits, (self._words,)))
        native.llama_sampler_accept(self._grammar, token)
        return token

    def _likeliest(self, logits: Floats) -> int:
        order = np.argsort(-logits)
        for start, end in ((0, _FIRST_TRIED), (_FIRST_TRIED, self._words)):
            some = order[start:end]
            if allowed := self._allowed(some.tolist(), logits[some].tolist()):
                return allowed[0]
        raise EngineProblem("The model could not keep to the schema.")

    def _allowed(self, tokens: Sequence[int], logits: Sequence[float]) -> list[int]:
        """Those that may come next, in the same order."""
        data = (native.llama_token_data * len(tokens))(*zip(tokens, logits, [0.0] * len(tokens), strict=True))
        array = native.llama_token_data_array
        native.llama_sampler_apply(self._grammar, (array * 1)(array(data, len(tokens), -1, False)))
        return [data[at].id for at in range(len(tokens)) if data[at].logit != -math.inf]

    def close(self) -> None:
        native.llama_sampler_free(self._grammar)


def make_guide(vocabulary: Any, schema: str) -> Guide | None:
    """Keeps words to a JSON Schema; None where llama.cpp can't follow it. Free it with `close`."""
    try:
        grammar = json_schema_to_gbnf(guiding_schema(schema))
    except Exception:
        # the converter has errors of many kinds; what is written then is only checked
        return None
    if len(grammar) > _LONGEST_GRAMMAR:
        return None
    native_grammar: Any = native.llama_sampler_init_grammar(vocabulary, grammar.encode(), b"root")
    # a NULL pointer is an object all the same, and using it a segmentation fault
    return Guide(native_grammar, native.llama_vocab_n_tokens(vocabulary)) if native_grammar else None
