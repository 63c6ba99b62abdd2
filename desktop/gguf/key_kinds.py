"""Which kinds of value the keys may have that Footnote or llama.cpp reads. llama.cpp ends its process on some wrong
ones and reads past the end of others.
"""

from collections.abc import Mapping

from desktop.gguf.cursor import BadGguf
from desktop.gguf.facts import ARRAY, FLOAT32, INT32, INTEGERS, TEXT, UINT32, Fact

# a list is told by the kinds of its items
_SINGLE: Mapping[str, frozenset[int]] = {
    "general.architecture": frozenset({TEXT}),
    "general.type": frozenset({TEXT}),
    "general.name": frozenset({TEXT}),
    "general.alignment": frozenset({UINT32}),
    "adapter.type": frozenset({TEXT}),
    "adapter.lora.alpha": frozenset({FLOAT32}),
    "split.count": INTEGERS,
    "tokenizer.ggml.model": frozenset({TEXT}),
    "tokenizer.ggml.pre": frozenset({TEXT}),
    "tokenizer.ggml.bos_token_id": INTEGERS,
    "tokenizer.ggml.eos_token_id": INTEGERS,
    "tokenizer.chat_template": frozenset({TEXT}),
}
_LISTS: Mapping[str, frozenset[int]] = {
    "adapter.alora.invocation_tokens": frozenset({UINT32}),
    "tokenizer.ggml.tokens": frozenset({TEXT}),
    "tokenizer.ggml.merges": frozenset({TEXT}),
    "tokenizer.ggml.scores": frozenset({FLOAT32, INT32}),
    "tokenizer.ggml.token_type": frozenset({INT32}),
}
# below the name of the architecture
_SIZES = ("block_count", "context_length", "embedding_length")
_ONE_A_WORD = ("tokenizer.ggml.scores", "tokenizer.ggml.token_type")


def check_kinds(facts: Mapping[str, Fact]) -> None:
    """Raises BadGguf for a known key with a value of another kind, and for lists shorter than the vocabulary."""
    for key, fact in facts.items():
        if key in _SINGLE and fact.kind not in _SINGLE[key]:
            raise BadGguf(f"Its {key} is not of the right kind.")
        if key in _LISTS and (fact.kind != ARRAY or fact.items not in _LISTS[key]):
            raise BadGguf(f"Its {key} is not a list of the right kind.")
    architecture = facts.get("general.architecture")
    for size in _SIZES:
        fact = facts.get(f"{architecture.value}.{size}") if architecture is not None else None
        if fact is not None and fact.kind not in INTEGERS:
            raise BadGguf(f"Its {size} is not a whole number.")
    words = facts.get("tokenizer.ggml.tokens")
    for key in _ONE_A_WORD:
        fact = facts.get(key)
        if words is not None and fact is not None and int(fact.value) < int(words.value):
            raise BadGguf(f"Its {key} says less than its vocabulary has words.")
