"""What the engine is asked of questions, answers and conversations, and what it tells while an answer is made."""

from dataclasses import dataclass

from desktop.domain.answers import Answer, Conversation, FoundPassage, ToneChoice
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

    `model` None: as last chosen; `tones` and `shape` None: as the conversation has them.
    """

    conversation_id: int | None
    question: str
    standalone: bool
    model: str | None
    tones: tuple[ToneChoice, ...] | None
    shape: Shape | None = None


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
    answers: tuple[Answer, ...]


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
LIST_CONVERSATIONS = Method("list_conversations", ListConversations, ConversationList)
READ_CONVERSATION = Method("read_conversation", ConversationId, Answers)
RENAME_CONVERSATION = Method("rename_conversation", RenameConversation, Nothing)
DELETE_CONVERSATION = Method("delete_conversation", ConversationId, Nothing)
RESTORE_CONVERSATION = Method("restore_conversation", ConversationId, Nothing)

ANSWER_EVENTS: tuple[type, ...] = (AnswerStage, AnswerText, AnswerFinished, AnswerFailed)
