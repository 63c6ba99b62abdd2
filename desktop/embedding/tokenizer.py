"""The embedder's own tokenizer: exact sizes for the splitter, token ids for the graph.

The one module that imports tokenizers.
"""

import itertools
import re
from collections.abc import Sequence
from pathlib import Path

from tokenizers import Tokenizer

from desktop.domain.errors import EngineProblem

_STRETCH, _TOGETHER = 2_000, 32
# Cutting only before white space keeps every token as it would be in the whole text.
_STRETCHES = re.compile(rf"[\s\S]{{1,{_STRETCH}}}(?=\s|\Z)|[\s\S]{{1,{_STRETCH}}}")


class EmbedderTokenizer:
    """Thread-safe; holds no text."""

    def __init__(self, file: Path, max_tokens: int) -> None:
        self._max_tokens = max_tokens
        self._whole = _load(file)
        self._whole.no_truncation()
        self._whole.no_padding()
        self._limited = _load(file)
        self._limited.no_padding()
        self._limited.enable_truncation(max_tokens)

    def offsets(self, text: str) -> list[int]:
        """Where each token starts, in code points, without special tokens, however long the text."""
        if len(text) <= _STRETCH:
            return [start for start, _ in self._whole.encode(text, add_special_tokens=False).offsets]
        found: list[int] = []
        base = 0
        stretches = _STRETCHES.finditer(text)
        # some stretches at a time, which share the cores: an encoding holds some 200 bytes a token
        while some := [match.group() for match in itertools.islice(stretches, _TOGETHER)]:
            for stretch, encoding in zip(some, self._whole.encode_batch(some, add_special_tokens=False), strict=True):
                found.extend(base + start for start, _ in encoding.offsets)
                base += len(stretch)
        return found

    def ids(self, texts: Sequence[str]) -> list[list[int]]:
        """Token ids with special tokens, each row cut to the embedder's length."""
        # a tokenizer without special tokens makes nothing of an empty text, and a graph nothing of no token
        return [encoding.ids or [0] for encoding in self._limited.encode_batch(list(texts))]

    def pairs(self, first: str, seconds: Sequence[str]) -> tuple[list[list[int]], list[list[int]]]:
        """Token ids and token types of each pair, cut at the end of its longer side."""
        made = self._limited.encode_batch([(first, second) for second in seconds])
        return [encoding.ids for encoding in made], [encoding.type_ids for encoding in made]

    def room(self, prompt: str) -> int:
        """How many tokens of a text after `prompt` are kept beside the special tokens; at least one."""
        taken = len(self._whole.encode(prompt).ids) if prompt else self._whole.num_special_tokens_to_add(False)
        return max(1, self._max_tokens - taken)


def _load(file: Path) -> Tokenizer:
    try:
        return Tokenizer.from_file(str(file))
    except Exception as error:  # the library raises plain Exception
        raise EngineProblem("The embedder's tokenizer can't be loaded.", f"{file.name}: {error}") from error
