"""What answering needs from others (finding, generating, being listened to), what it is asked and what it hands back.

Nothing is done here: protocols and frozen values only.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from desktop.answering.forms.form import Form
from desktop.domain.answers import AnswerMode, AnswerState, FootnoteLink, FoundPassage, Sentence
from desktop.protocol.runner_messages import Generated, Turn

# how near in meaning each of the others is to a text, -1 to 1; empty where no embedder can be had
Likeness = Callable[[str, Sequence[str]], Sequence[float]]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a range of a file's text stands: the file's hash (hex SHA-256), its page, the headings above it.

    `words` say it where that is no page: "slide 4".
    """

    sha256: str
    page: int | None
    heading: str
    words: str = ""


class Finder(Protocol):
    """Searches one library. `around` widens a passage for reading: its text is still exactly `source[start:end]`.

    `likeness` compares by the library's embedder (`Likeness`).
    """

    def find(self, question: str, limit: int) -> tuple[FoundPassage, ...]: ...
    def around(self, passage: FoundPassage, characters: int) -> FoundPassage: ...
    def place_of(self, file_id: int, start: int, end: int) -> Place: ...
    def likeness(self, text: str, others: Sequence[str]) -> Sequence[float]: ...
    def coverage(self) -> str: ...


class Generator(Protocol):
    """A loaded language model; `context` is in tokens.

    An `aside` is a short question to the model itself, at most 1,024 tokens with its answer: it runs without tones,
    and what the model holds of the conversation stays. `json_schema` keeps what is written to a JSON Schema.
    """

    @property
    def context(self) -> int: ...

    def count_tokens(self, texts: Sequence[str]) -> tuple[int, ...]: ...

    def generate(
        self,
        turns: Sequence[Turn],
        *,
        max_tokens: int,
        temperature: float = 0.0,
        seed: int = 0,
        stop: tuple[str, ...] = (),
        aside: bool = False,
        json_schema: str = "",
        on_text: Callable[[str], None],
    ) -> Generated: ...


class Listener(Protocol):
    """Told how an answer goes on. `text` is what the model writes, before it is checked; a `Draft` replaces it.

    `thought` is what it writes to itself before that.
    """

    def stage(self, name: str, standalone: str) -> None: ...
    def text(self, words: str) -> None: ...
    def thought(self, words: str) -> None: ...
    def cancelled(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Manner:
    """How to answer: what an answer may hold, and the user's standing wishes for its form (empty: none)."""

    mode: AnswerMode = AnswerMode.STRICT
    wishes: str = ""


@dataclass(frozen=True, slots=True)
class AskedQuestion:
    """`history`: questions and answer texts of the conversation, oldest first.

    `standalone` True: the question is searched as it is written. `form` None: a plain answer. `begun` is the answer so
    far, which goes on; its `begun_thought` counts only while there is no answer. `attempt` above 0: answered
    differently each time.
    """

    question: str
    history: tuple[tuple[str, str], ...] = ()
    standalone: bool = False
    form: Form | None = None
    manner: Manner = Manner()
    begun: str = ""
    begun_thought: str = ""
    attempt: int = 0


@dataclass(frozen=True, slots=True)
class AnswerLimits:
    """How much is found, read and written. `passages` are returned, `sources` at most are read by the model."""

    passages: int = 8
    sources: int = 4
    source_characters: int = 800
    answer_tokens: int = 220
    rewrite_tokens: int = 40
    quotes: int = 2


@dataclass(frozen=True, slots=True)
class Draft:
    """An answer before it is stored. `text` is the sentences in order with nothing but white space between them.

    Every footnote's `quote` is exactly `source[start:end]`; a refused draft has none. `problems` says what keeps it
    from being in the form that was asked for. `by_quote`: it is the files' own sentences, no model's.
    """

    text: str
    refused: bool
    state: AnswerState
    standalone: str
    sentences: tuple[Sentence, ...]
    footnotes: tuple[FootnoteLink, ...]
    passages: tuple[FoundPassage, ...]
    coverage: str
    problems: tuple[str, ...] = ()
    thought: str = ""
    by_quote: bool = False
