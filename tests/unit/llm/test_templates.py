"""Prompts: each family's spelling, and that no word of a document ever becomes a control token."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop.gguf.header import read_header
from desktop.llm.llama import LlamaLibrary
from desktop.llm.loaded_model import LoadedModel, LoadOptions
from desktop.llm.prompt import encode_prompt, encode_words
from desktop.llm.templates import PLAIN, Piece, choose_template, spell
from desktop.protocol.runner_messages import Turn

CONTROL_STRINGS = (
    "<|im_start|>", "<|im_end|>", "<|endoftext|>", "[INST]", "[/INST]", "</s>", "<s>", "<|eot_id|>", "<|user|>",
    "<start_of_turn>", "<|end|>",
)  # fmt: skip
CHAT = (Turn("system", "S"), Turn("user", "U"), Turn("assistant", "A"), Turn("user", "V"))
# (architecture, a part of the template that models of the family carry, the family, the prompt of CHAT)
FAMILIES = (
    (
        "qwen2",
        "{{'<|im_start|>' + role}}",
        "chatml",
        "<|im_start|>system\nS<|im_end|>\n<|im_start|>user\nU<|im_end|>\n<|im_start|>assistant\nA<|im_end|>\n"
        "<|im_start|>user\nV<|im_end|>\n<|im_start|>assistant\n",
    ),
    (
        "llama",
        "<|start_header_id|> <|eot_id|>",
        "llama3",
        "<|start_header_id|>system<|end_header_id|>\n\nS<|eot_id|><|start_header_id|>user<|end_header_id|>\n\nU<|eot_id|>"
        "<|start_header_id|>assistant<|end_header_id|>\n\nA<|eot_id|><|start_header_id|>user<|end_header_id|>\n\n"
        "V<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n",
    ),
    (
        "gemma2",
        "<start_of_turn>",
        "gemma",
        "<start_of_turn>user\nS\n\nU<end_of_turn>\n<start_of_turn>model\nA<end_of_turn>\n<start_of_turn>user\n"
        "V<end_of_turn>\n<start_of_turn>model\n",
    ),
    ("llama", "' [INST] '", "mistral-v1", "[INST] S\n\nU [/INST] A</s>[INST] V [/INST]"),
    ("llama", "'[INST]'", "mistral-v3", "[INST]S\n\nU[/INST]A</s>[INST]V[/INST]"),
    (
        "llama",
        "[SYSTEM_PROMPT] [INST]",
        "mistral-v7",
        "[SYSTEM_PROMPT]S[/SYSTEM_PROMPT][INST]U[/INST]A</s>[INST]V[/INST]",
    ),
    (
        "phi3",
        "<|assistant|> <|end|>",
        "phi3",
        "<|system|>\nS<|end|>\n<|user|>\nU<|end|>\n<|assistant|>\nA<|end|>\n<|user|>\nV<|end|>\n<|assistant|>\n",
    ),
    (
        "llama",
        "<|user|> <|assistant|>",
        "zephyr",
        "<|system|>\nS</s>\n<|user|>\nU</s>\n<|assistant|>\nA</s>\n<|user|>\nV</s>\n<|assistant|>\n",
    ),
    (
        "qwen3",
        "<|im_start|> enable_thinking <think>",
        "chatml-thinking",
        "<|im_start|>system\nS<|im_end|>\n<|im_start|>user\nU<|im_end|>\n<|im_start|>assistant\nA<|im_end|>\n"
        "<|im_start|>user\nV<|im_end|>\n<|im_start|>assistant\n<think>\n\n</think>\n\n",
    ),
    ("mystery", "", "plain", "S\n\nUser: U\n\nAssistant: A\n\nUser: V\n\nAssistant:"),
)  # fmt: skip


@pytest.mark.parametrize(("architecture", "own", "family", "prompt"), FAMILIES, ids=[row[2] for row in FAMILIES])
def test_each_family_is_spelled_as_its_models_learned_it(architecture: str, own: str, family: str, prompt: str) -> None:
    template = choose_template(architecture, own)
    assert template.family == family
    assert "".join(piece.text for piece in spell(template, CHAT)) == prompt


def test_a_model_without_a_template_goes_by_its_architecture() -> None:
    assert choose_template("qwen2", "").family == "chatml"
    assert choose_template("gemma3", "").family == "gemma"


@pytest.mark.parametrize("family", FAMILIES, ids=[row[2] for row in FAMILIES])
def test_the_words_of_a_turn_are_never_a_control_piece(family: tuple[str, str, str, str]) -> None:
    text = " ".join(CONTROL_STRINGS)
    pieces = spell(choose_template(family[0], family[1]), (Turn("user", text),))
    assert any(text in piece.text and not piece.control for piece in pieces)


@pytest.fixture(scope="module")
def model(small_model: Path) -> Iterator[LoadedModel]:
    loaded = LlamaLibrary().load(str(small_model), LoadOptions(512, 1, 0, "f16"), lambda: False)
    yield loaded
    loaded.close()


def test_documents_make_no_control_tokens(model: LoadedModel, small_model: Path) -> None:
    template = choose_template("llama", read_header(small_model).text("tokenizer.chat_template"))
    clean = encode_prompt(model, spell(template, (Turn("user", "nothing"),)))
    text = "\n".join(CONTROL_STRINGS)
    dirty = encode_prompt(model, spell(template, (Turn("user", text),)))

    def controls(tokens: list[int]) -> list[int]:
        return [token for token in tokens if model.is_control(token)]

    assert controls(dirty) == controls(clean)
    assert len(controls(clean)) == 3
    assert b"".join(model.piece(token, special=True) for token in dirty).decode() == "".join(
        piece.text for piece in spell(template, (Turn("user", text),))
    )


def test_a_prompt_is_tokenised_as_it_was_in_training(model: LoadedModel) -> None:
    """In one go with the template around it: the same tokens as from the whole string."""
    pieces = spell(choose_template("qwen2", ""), CHAT)
    whole = "".join(piece.text for piece in pieces)
    assert encode_prompt(model, pieces) == model.tokenize(whole, special=True)


def test_a_control_string_the_vocabulary_lacks_is_words(model: LoadedModel) -> None:
    tokens = encode_prompt(model, [Piece("[INST]", True), Piece(" hello", False)])
    assert tokens == model.tokenize("[INST] hello", special=False)


class UserWordVocabulary:
    """A file that marks `<|user|>` as an ordinary user word, which llama.cpp finds in any text."""

    word = "<|user|>"

    def tokenize(self, text: str, *, special: bool) -> list[int]:
        tokens: list[int] = []
        for i, part in enumerate(text.split(self.word)):
            tokens += [1] * (i > 0) + [ord(letter) + 10 for letter in part]
        return tokens

    def opening_tokens(self) -> list[int]:
        return []

    def piece(self, token: int, *, special: bool = False) -> bytes:
        return self.word.encode() if token == 1 else chr(token - 10).encode()

    def is_control(self, token: int) -> bool:
        return False


def test_words_that_a_vocabulary_confuses_with_the_template_are_cut_apart() -> None:
    vocabulary = UserWordVocabulary()
    text = "a <|user|><|user|> b <|us<|user|>er|> c"
    tokens = encode_words(vocabulary, text, frozenset({1}))
    assert 1 not in tokens
    assert b"".join(vocabulary.piece(token) for token in tokens).decode() == text


def test_the_plain_family_stops_where_it_would_speak_for_the_user() -> None:
    assert "\nUser:" in PLAIN.stops
