"""What the engine is asked of tones, and what it tells of them."""

from dataclasses import dataclass

from desktop.domain.answers import ToneChoice
from desktop.domain.models import Tone
from desktop.domain.tones import TruthMeasures
from desktop.protocol.common_messages import Nothing, PathOnly
from desktop.protocol.lines import Method


@dataclass(frozen=True, slots=True)
class Tones:
    tones: tuple[Tone, ...]
    chosen: tuple[ToneChoice, ...]


@dataclass(frozen=True, slots=True)
class ChooseTones:
    tones: tuple[ToneChoice, ...]


@dataclass(frozen=True, slots=True)
class RenameTone:
    path: str
    name: str


@dataclass(frozen=True, slots=True)
class HearTone:
    """`question` empty: the first of those that truth is checked with."""

    path: str
    question: str
    strengths: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class CheckTruth:
    path: str
    strength: float


@dataclass(frozen=True, slots=True)
class TrialId:
    """A trial of a tone; events tell the rest, and `trial_ended` comes in any case."""

    trial_id: int


@dataclass(frozen=True, slots=True)
class TruthQuestionList:
    """`own`: the user's list (the setting `truth_questions`), of which the first `most` are asked."""

    questions: tuple[str, ...]
    own: bool
    most: int


@dataclass(frozen=True, slots=True)
class TonesChanged:
    tones: Tones


@dataclass(frozen=True, slots=True)
class TrialProgressed:
    """`done` answers of `total`; the next is to `question` at `strength`, 0 being without the tone."""

    trial_id: int
    done: int
    total: int
    strength: float
    question: str


@dataclass(frozen=True, slots=True)
class TrialText:
    """The next words of the answer under way."""

    trial_id: int
    strength: float
    text: str


@dataclass(frozen=True, slots=True)
class ToneHeard:
    """An answer, checked."""

    trial_id: int
    strength: float
    text: str
    refused: bool
    measures: TruthMeasures
    seconds: float


@dataclass(frozen=True, slots=True)
class TrialEnded:
    """What came of it stands on the tone's card. `title` is empty unless it failed; then `hint` says why."""

    trial_id: int
    cancelled: bool
    title: str
    hint: str


LIST_TONES = Method("list_tones", Nothing, Tones)
ADD_TONE = Method("add_tone", PathOnly, Tones)
CHOOSE_TONES = Method("choose_tones", ChooseTones, Tones)
RENAME_TONE = Method("rename_tone", RenameTone, Tones)
REMOVE_TONE = Method("remove_tone", PathOnly, Tones)
RESTORE_TONE = Method("restore_tone", PathOnly, Tones)
HEAR_TONE = Method("hear_tone", HearTone, TrialId)
CHECK_TRUTH = Method("check_truth", CheckTruth, TrialId)
CANCEL_TRIAL = Method("cancel_trial", TrialId, Nothing)
LIST_TRUTH_QUESTIONS = Method("list_truth_questions", Nothing, TruthQuestionList)

TRIAL_EVENTS: tuple[type, ...] = (TrialProgressed, TrialText, ToneHeard, TrialEnded)
TONE_EVENTS: tuple[type, ...] = (TonesChanged, *TRIAL_EVENTS)
