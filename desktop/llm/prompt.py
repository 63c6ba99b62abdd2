"""From the pieces of a prompt to tokens, so that only the template makes control tokens: a document that spells
`<|im_end|>` stays words.
"""

from collections.abc import Iterable, Sequence
from typing import Protocol

from desktop.llm.templates import Piece


class Vocabulary(Protocol):
    def tokenize(self, text: str, *, special: bool) -> list[int]: ...
    def opening_tokens(self) -> list[int]: ...
    def piece(self, token: int, *, special: bool = False) -> bytes: ...
    def is_control(self, token: int) -> bool: ...


def encode_prompt(vocabulary: Vocabulary, pieces: Sequence[Piece]) -> list[int]:
    """The tokens of a prompt.

    Words between two control tokens are tokenised in one go, as the model saw them in training.
    """
    controls = {piece.text: _single(vocabulary, piece.text) for piece in pieces if piece.control}
    forbidden = frozenset(token for token in controls.values() if token is not None)
    tokens = vocabulary.opening_tokens()
    words = ""
    for piece in pieces:
        token = controls.get(piece.text) if piece.control else None
        if token is None:
            # a control string that this vocabulary lacks is words to this model
            words += piece.text
            continue
        tokens += encode_words(vocabulary, words, forbidden)
        tokens.append(token)
        words = ""
    return tokens + encode_words(vocabulary, words, forbidden)


def encode_words(vocabulary: Vocabulary, text: str, forbidden: frozenset[int] = frozenset()) -> list[int]:
    """Tokens of plain words: none of them a control token or one of `forbidden`."""
    if not text:
        return []
    tokens = vocabulary.tokenize(text, special=False)
    bad = {token for token in tokens if token in forbidden or vocabulary.is_control(token)}
    if not bad:
        return tokens
    # some files mark their control strings as ordinary user words, which llama.cpp finds in any text
    cut = [text]
    for token in bad:
        cut = _cut_apart(cut, vocabulary.piece(token, special=True).decode("utf-8", "replace"))
    if len(cut) == 1:
        return [token for token in tokens if token not in bad]
    return [token for part in cut for token in encode_words(vocabulary, part, forbidden)]


def _single(vocabulary: Vocabulary, control: str) -> int | None:
    tokens = vocabulary.tokenize(control, special=True)
    return tokens[0] if len(tokens) == 1 else None


def _cut_apart(parts: Iterable[str], word: str) -> list[str]:
    """The same text in more parts: each `word` falls into two."""
    half = len(word) // 2
    if not half:
        return list(parts)
    return [part for text in parts for part in _halves(text, word, half)]


def _halves(text: str, word: str, half: int) -> list[str]:
    pieces = text.split(word)
    out = [pieces[0]]
    for piece in pieces[1:]:
        out[-1] += word[:half]
        out.append(word[half:] + piece)
    return out
