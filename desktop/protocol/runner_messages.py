"""What the model runner process is asked: load, lay tones over, count tokens, generate, cancel."""

from dataclasses import dataclass

from desktop.domain.answers import ToneChoice
from desktop.protocol.common_messages import Nothing
from desktop.protocol.lines import Method


@dataclass(frozen=True, slots=True)
class LoadModel:
    """`context` in tokens (0: as trained, at most what the runner allows); `threads` 0 lets the runner choose.

    `gpu_layers`: how many of the model's layers a GPU holds, -1 lets the runner choose. `kv_type` is how keys and
    values are kept: "f16", "q8_0" (half the memory), or empty to let the runner choose.
    """

    path: str
    context: int
    threads: int
    gpu_layers: int
    kv_type: str


@dataclass(frozen=True, slots=True)
class ModelLoaded:
    """What was chosen where the request let the runner choose.

    `device` is the GPU's name, or empty on the processor alone; `note` says in a sentence what did not go as asked.
    """

    name: str
    architecture: str
    family: str
    context: int
    seconds: float
    threads: int
    gpu_layers: int
    layers: int
    kv_type: str
    device: str
    note: str


@dataclass(frozen=True, slots=True)
class SetTones:
    tones: tuple[ToneChoice, ...]


@dataclass(frozen=True, slots=True)
class Turn:
    """One message of a prompt; `role` is system, user or assistant.

    Control tokens in `text` stay words: only the runner's own template makes control tokens.
    """

    role: str
    text: str


@dataclass(frozen=True, slots=True)
class Generate:
    """Generate an answer to `turns`; `generation` is the caller's number for events and cancel. A last turn of the
    assistant is one that it goes on with.

    Temperature 0 is greedy. `stop` strings end the text and are not part of it. A prompt longer than the context
    less `max_tokens` is refused with a UserError.

    `aside`: no part of the conversation. It runs without tones in a small memory of its own (at most 1,024 tokens),
    and what the runner remembers of the conversation stays. `guess` lets the runner guess ahead from the prompt and
    check several tokens at once, which changes the speed and not the text. `json_schema` keeps the text to a schema as
    far as llama.cpp can follow it; empty: nothing does.
    """

    generation: int
    turns: tuple[Turn, ...]
    max_tokens: int
    temperature: float
    seed: int
    stop: tuple[str, ...]
    aside: bool = False
    guess: bool = True
    json_schema: str = ""


@dataclass(frozen=True, slots=True)
class Generated:
    """`reason` is stop, length or cancelled; `first_token` is seconds from request to first token.

    `cached_tokens` of the `prompt_tokens` were reused from the turn, or the aside, before. `drafted` tokens were
    guessed ahead of the model, `accepted` of them were what it would have said.
    """

    text: str
    reason: str
    prompt_tokens: int
    cached_tokens: int
    tokens: int
    first_token: float
    seconds: float
    drafted: int
    accepted: int


@dataclass(frozen=True, slots=True)
class CountTokens:
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TokenCounts:
    counts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class CancelGeneration:
    generation: int


@dataclass(frozen=True, slots=True)
class TextGenerated:
    """Event: the next words of a generation. Never holds half a character."""

    generation: int
    text: str


LOAD_MODEL = Method("load_model", LoadModel, ModelLoaded)
UNLOAD_MODEL = Method("unload_model", Nothing, Nothing)
SET_TONES = Method("set_tones", SetTones, Nothing)
GENERATE = Method("generate", Generate, Generated)
COUNT_TOKENS = Method("count_tokens", CountTokens, TokenCounts)
CANCEL_GENERATION = Method("cancel_generation", CancelGeneration, Nothing)
