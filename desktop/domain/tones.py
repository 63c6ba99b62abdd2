"""What the library keeps of a tone beside its adapter: its card."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ToneSample:
    """How it sounds: what it answered. `question` is empty where whoever made the tone gave the sample."""

    question: str
    strength: float
    text: str


@dataclass(frozen=True, slots=True)
class TruthMeasures:
    """Of the answers to some questions: how many sentences claim something, how many of these the files carry, how
    many answers were refusals, and how many words the answers have in all.
    """

    claims: int
    supported: int
    refused: int
    words: int


@dataclass(frozen=True, slots=True)
class TruthReport:
    """The same questions asked of the user's files without the tone (`before`) and with it at `strength`.

    `questions` is how many, `asked` which; a report of an older Footnote doesn't say which.
    """

    model: str
    strength: float
    questions: int
    before: TruthMeasures
    after: TruthMeasures
    made_at: float
    asked: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ToneCard:
    """`name` is the user's, empty for the adapter's own; `origin` is the file or folder that it was added from.

    `added_at` is seconds since 1970, 0 where it is not known. `truth` has the newest report first, one a strength.
    """

    name: str = ""
    licence: str = ""
    origin: str = ""
    added_at: float = 0.0
    sample: ToneSample | None = None
    truth: tuple[TruthReport, ...] = ()


NO_CARD = ToneCard()
