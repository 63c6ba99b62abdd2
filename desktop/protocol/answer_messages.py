"""What the engine is asked of questions, answers and conversations, and what it tells while an answer is made."""

from dataclasses import dataclass

from desktop.domain.answers import Answer, AnswerMode, Conversation, FileChange, FoundPassage, ToneChoice
from desktop.domain.voices import Shape
from desktop.protocol.common_messages import Nothing
from desktop.protocol.lines import Method


@dataclass(frozen=True, slots=True)
class Search:
    question: str
    limit: int


@dataclass(frozen=True, slots=True)
class Passages:
    """`scope` says in words what was searched ("Taxes, PDF"); empty: the whole library."""

    passages: tuple[FoundPassage, ...]
    scope: str


@dataclass(frozen=True, slots=True)
class SuggestScopes:
    """`typed` is what follows the @ so far."""

    typed: str
    limit: int


@dataclass(frozen=True, slots=True)
class ScopeSuggestion:
    """`kind` is folder, file, type or date; `insert` is what to write into the question, the @ included."""

    kind: str
    name: str
    detail: str
    insert: str


@dataclass(frozen=True, slots=True)
class ScopeSuggestions:
    items: tuple[ScopeSuggestion, ...]


@dataclass(frozen=True, slots=True)
class Ask:
    """`conversation_id` None starts a conversation. `standalone` True searches the question as it is written.

    `model` None: as last chosen; `tones` and `shape` None: as the conversation has them. `mode` None: the
    conversation's, which it is from then on.
    `attempt_of`: the answer to whose question this is another attempt, asked in the same words or in others.
    """

    conversation_id: int | None
    question: str
    standalone: bool
    model: str | None
    tones: tuple[ToneChoice, ...] | None
    shape: Shape | None = None
    mode: AnswerMode | None = None
    attempt_of: int | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """The answer's id; its events follow. `cancel_answer` takes the same id."""

    answer_id: int
    conversation_id: int


@dataclass(frozen=True, slots=True)
class AnswerId:
    answer_id: int


@dataclass(frozen=True, slots=True)
class ListConversations:
    containing: str
    offset: int
    limit: int


@dataclass(frozen=True, slots=True)
class ConversationList:
    conversations: tuple[Conversation, ...]
    total: int


@dataclass(frozen=True, slots=True)
class ConversationId:
    conversation_id: int


@dataclass(frozen=True, slots=True)
class Answers:
    """All attempts, in the order of their questions, those at one question in the order of their making."""

    answers: tuple[Answer, ...]
    mode: AnswerMode = AnswerMode.STRICT


@dataclass(frozen=True, slots=True)
class ConversationMode:
    conversation_id: int
    mode: AnswerMode


@dataclass(frozen=True, slots=True)
class RateAnswer:
    """`rating`: 1 good, -1 bad, 0 none."""

    answer_id: int
    rating: int


@dataclass(frozen=True, slots=True)
class EditAnswer:
    """`text` is kept beside the answer; None takes it away again."""

    answer_id: int
    text: str | None


@dataclass(frozen=True, slots=True)
class CitedFile:
    """A file as it was when it was cited: `file` is where it stood then."""

    file_id: int
    file: str
    sha256: str


@dataclass(frozen=True, slots=True)
class CitedFiles:
    files: tuple[CitedFile, ...]


@dataclass(frozen=True, slots=True)
class FileChanges:
    """One for each file asked about, in their order."""

    changes: tuple[FileChange, ...]


@dataclass(frozen=True, slots=True)
class ExportConversation:
    """`form` is markdown or html; the file at `path` is written whole or not at all."""

    conversation_id: int
    form: str
    path: str


@dataclass(frozen=True, slots=True)
class RenameConversation:
    conversation_id: int
    title: str


@dataclass(frozen=True, slots=True)
class AnswerStage:
    """`stage` is finding, loading, reading (the prompt), writing or checking; `standalone` is set once known."""

    answer_id: int
    stage: str
    standalone: str


@dataclass(frozen=True, slots=True)
class AnswerText:
    """The next words of the answer under way; what was shown is replaced by `AnswerFinished`."""

    answer_id: int
    text: str


@dataclass(frozen=True, slots=True)
class AnswerThought:
    """The next words that the model writes to itself before it answers."""

    answer_id: int
    text: str


@dataclass(frozen=True, slots=True)
class AnswerMeanwhile:
    """What the files themselves say, while the model is being loaded. It is not kept."""

    answer: Answer


@dataclass(frozen=True, slots=True)
class AnswerFinished:
    answer: Answer


@dataclass(frozen=True, slots=True)
class AnswerFailed:
    """No answer was kept beyond the question. `title` and `hint` are shown as they are."""

    answer_id: int
    conversation_id: int
    title: str
    hint: str


SEARCH = Method("search", Search, Passages)
SUGGEST_SCOPES = Method("suggest_scopes", SuggestScopes, ScopeSuggestions)
ASK = Method("ask", Ask, Asked)
CANCEL_ANSWER = Method("cancel_answer", AnswerId, Nothing)
CONTINUE_ANSWER = Method("continue_answer", AnswerId, Asked)
CHOOSE_ATTEMPT = Method("choose_attempt", AnswerId, Nothing)
RATE_ANSWER = Method("rate_answer", RateAnswer, Nothing)
EDIT_ANSWER = Method("edit_answer", EditAnswer, Nothing)
CHECK_CITED = Method("check_cited", CitedFiles, FileChanges)
SET_MODE = Method("set_mode", ConversationMode, Nothing)
EXPORT_CONVERSATION = Method("export_conversation", ExportConversation, Nothing)
LIST_CONVERSATIONS = Method("list_conversations", ListConversations, ConversationList)
READ_CONVERSATION = Method("read_conversation", ConversationId, Answers)
RENAME_CONVERSATION = Method("rename_conversation", RenameConversation, Nothing)
DELETE_CONVERSATION = Method("delete_conversation", ConversationId, Nothing)
RESTORE_CONVERSATION = Method("restore_conversation", ConversationId, Nothing)

ANSWER_EVENTS: tuple[type, ...] = (
    AnswerStage,
    AnswerThought,
    AnswerText,
    AnswerMeanwhile,
    AnswerFinished,
    AnswerFailed,
)
