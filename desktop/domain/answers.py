"""Questions and what comes back: passages, sentences, footnotes, answers, conversations."""

from dataclasses import dataclass
from enum import StrEnum


class Support(StrEnum):
    """How far the sources carry a sentence; NONE: the sentence claims nothing."""

    SUPPORTED = "supported"
    PARTLY = "partly"
    UNSUPPORTED = "unsupported"
    NONE = "none"


class AnswerState(StrEnum):
    """CUT: it had reached its longest length. All but FINISHED can go on where they were."""

    FINISHED = "finished"
    STOPPED = "stopped"
    CUT = "cut"
    INTERRUPTED = "interrupted"


class AnswerFormat(StrEnum):
    """The form of an answer; SQL and JSON follow a schema of the user's."""

    PLAIN = "plain"
    BULLETS = "bullets"
    EMAIL = "email"
    TABLE = "table"
    SQL = "sql"
    JSON = "json"


class AnswerMode(StrEnum):
    """What an answer may hold. STRICT: what the files carry; what they don't is marked, and nothing at all is a
    refusal. FREE: the model may add what it knows itself, marked as such. QUOTES: the files' own words alone.
    """

    STRICT = "strict"
    FREE = "free"
    QUOTES = "quotes"


class FileChange(StrEnum):
    """What became of a file since it was cited."""

    SAME = "same"
    CHANGED = "changed"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Why:
    """Why a passage was found. Ranks count from 1; None where that search did not find it.

    `words` are those of the question that stand in it, as it writes them; `word_score` is its BM25, at least 0,
    `cosine` how near its meaning is, -1 to 1. `name_words` stand in the file's path.
    `rerank` is what the reranker gave it, of its own scale; None where none was asked.
    """

    words: tuple[str, ...]
    word_rank: int | None
    word_score: float
    meaning_rank: int | None
    cosine: float | None
    name_words: tuple[str, ...] = ()
    rerank: float | None = None


@dataclass(frozen=True, slots=True)
class FoundPassage:
    """A passage that a search returned. `text` is exactly `source[start:end]`; `score` is higher for better.

    `context` is the title and heading path it stands under, never part of `text`. `why` is None where nothing was
    searched for. `place` says where it stands when that is no page: "slide 4", "Sheet ‘Q3’, B2:F9".
    `header` names the columns of the rows that it begins with, where it does not hold that row itself.
    """

    passage_id: int
    file_id: int
    file: str
    start: int
    end: int
    page: int | None
    text: str
    score: float
    context: str
    why: Why | None = None
    place: str = ""
    header: str = ""


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of an answer with the numbers of its footnotes; `missing` are its words that they don't carry, where
    it is only partly supported.
    """

    text: str
    support: Support
    footnotes: tuple[int, ...]
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FootnoteLink:
    """The words that support a sentence: `quote` is exactly `source[start:end]` of the file with hash `sha256`."""

    n: int
    file_id: int
    file: str
    sha256: str
    page: int | None
    heading: str
    start: int
    end: int
    quote: str
    place: str = ""


@dataclass(frozen=True, slots=True)
class ToneChoice:
    """A tone laid over the model; `strength` 1.0 is as trained, 0 is off."""

    path: str
    strength: float


@dataclass(frozen=True, slots=True)
class Answer:
    """A stored answer. `standalone` is the question as searched for (a follow-up rewritten), times in seconds.

    `problems` say what keeps it from being in its `format`.
    Answers to the same question are attempts: `attempt_of` is the id of the first of them (its own id for that one),
    and the conversation goes on from the `chosen` one. `thought` is what the model wrote to itself before it answered.
    `rating` is -1, 0 or 1. `own_words` is what the user wrote in place of `text`; None: nothing.
    `by_quote`: the sentences are the files' own, no model's.
    """

    id: int
    conversation_id: int
    question: str
    standalone: str
    text: str
    refused: bool
    state: AnswerState
    sentences: tuple[Sentence, ...]
    footnotes: tuple[FootnoteLink, ...]
    passages: tuple[FoundPassage, ...]
    model: str
    tones: tuple[ToneChoice, ...]
    asked_at: float
    seconds: float
    coverage: str
    format: AnswerFormat = AnswerFormat.PLAIN
    problems: tuple[str, ...] = ()
    mode: AnswerMode = AnswerMode.STRICT
    thought: str = ""
    attempt_of: int = 0
    chosen: bool = True
    rating: int = 0
    own_words: str | None = None
    by_quote: bool = False


@dataclass(frozen=True, slots=True)
class Conversation:
    id: int
    title: str
    updated_at: float
    answers: int
