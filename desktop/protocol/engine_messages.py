"""What the engine is asked by the window and the CLI, and the events it sends to all of them.

Lists come in pages; long work answers at once with an id and goes on in events.
"""

from dataclasses import dataclass

from desktop.domain.answers import Answer, Conversation, FoundPassage, ToneChoice
from desktop.domain.documents import Block, PageSpan
from desktop.domain.files import FileRow, Folder
from desktop.domain.models import Model, Tone
from desktop.protocol.common_messages import Nothing
from desktop.protocol.lines import Method
from desktop.protocol.reader_messages import Box


@dataclass(frozen=True, slots=True)
class IndexingProgress:
    """Where indexing stands. `done` of `total` files of this round; `seconds_left` is None until measured.

    `phase` is idle, scanning, reading, embedding or paused; `current` is the file under way, or empty.
    """

    phase: str
    done: int
    total: int
    seconds_left: float | None
    current: str


@dataclass(frozen=True, slots=True)
class Status:
    """The library at a glance. `counts` has every state that occurs; the last three count since it was made.

    `covered` is the share of passages (0 to 1) that vectors cover; keyword search covers all indexed ones.
    `notices` are plain sentences for the user, such as a folder that is not there.
    """

    counts: dict[str, int]
    folders: tuple[Folder, ...]
    progress: IndexingProgress
    covered: float
    notices: tuple[str, ...]
    files_read: int
    passages_embedded: int
    passages_kept: int


@dataclass(frozen=True, slots=True)
class ListFiles:
    """`state` empty: all; `containing` empty: all, else part of the path. `limit` at most 1,000.

    `order` is path, state, size, modified or passages.
    """

    state: str
    containing: str
    offset: int
    limit: int
    order: str = "path"
    descending: bool = False


@dataclass(frozen=True, slots=True)
class FileList:
    files: tuple[FileRow, ...]
    total: int


@dataclass(frozen=True, slots=True)
class Paths:
    paths: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AddItem:
    """What adding one path would do. `kind` is folder, file, model, tone or refused (then `reason` says why).

    `files` and `size` (bytes) count what would be read; `formats` counts files by format name.
    `complete` is false when counting stopped early in a very large folder.
    """

    path: str
    kind: str
    files: int
    size: int
    formats: dict[str, int]
    complete: bool
    reason: str


@dataclass(frozen=True, slots=True)
class AddPreview:
    items: tuple[AddItem, ...]


@dataclass(frozen=True, slots=True)
class FolderId:
    folder_id: int


@dataclass(frozen=True, slots=True)
class FolderRulesOf:
    """`rules` are lines as in .gitignore; files above `largest_mb` megabytes are not read (1 to 2,000)."""

    folder_id: int
    rules: str
    largest_mb: int


@dataclass(frozen=True, slots=True)
class ForgetReport:
    """What was forgotten; `answers` were made from its files and are deleted too.

    `samples` stretches of its text were looked for in the data folder afterwards; `found_in` names files that still
    hold one, and is empty when all is well.
    """

    path: str
    files: int
    passages: int
    answers: int
    samples: int
    found_in: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RulesPreview:
    """What rules would change: paths below the folder, at most 200 of each kind, and how many there are in all.

    `left_out` are all that are left out, folders ending in a separator; `leaving` are files of the library that would
    leave it, `arriving` files that would be added. `complete` is false when looking stopped early.
    """

    left_out: tuple[str, ...]
    left_out_count: int
    leaving: tuple[str, ...]
    leaving_count: int
    arriving: tuple[str, ...]
    arriving_count: int
    complete: bool


@dataclass(frozen=True, slots=True)
class FolderList:
    folders: tuple[Folder, ...]


@dataclass(frozen=True, slots=True)
class FileId:
    file_id: int


@dataclass(frozen=True, slots=True)
class Pause:
    paused: bool


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

    `model` and `tones` None: as last chosen.
    """

    conversation_id: int | None
    question: str
    standalone: bool
    model: str | None
    tones: tuple[ToneChoice, ...] | None


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
class OpenText:
    """Read a file as text for the reader, at most `limit` characters from `offset`."""

    file_id: int
    offset: int
    limit: int


@dataclass(frozen=True, slots=True)
class SourceText:
    """A slice of the file's text as it is on disk now. `total` characters in all; offsets in blocks are absolute.

    `unchanged` says that the file is still the one that was indexed (by hash).
    """

    path: str
    format: str
    sha256: str
    text: str
    offset: int
    total: int
    blocks: tuple[Block, ...]
    pages: tuple[PageSpan, ...]
    unchanged: bool


@dataclass(frozen=True, slots=True)
class OpenPage:
    """Render a PDF page for the reader; `start`, `end` in the file's text are marked on it."""

    file_id: int
    number: int
    scale: float
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class SourcePage:
    """`image` is a PNG file in the library's cache folder."""

    path: str
    number: int
    pages: int
    width: int
    height: int
    image: str
    boxes: tuple[Box, ...]


@dataclass(frozen=True, slots=True)
class Models:
    """`chosen` is a path or empty; `loaded` says that the model is in memory now."""

    models: tuple[Model, ...]
    chosen: str
    loaded: bool


@dataclass(frozen=True, slots=True)
class Tones:
    tones: tuple[Tone, ...]
    chosen: tuple[ToneChoice, ...]


@dataclass(frozen=True, slots=True)
class PathOnly:
    path: str


@dataclass(frozen=True, slots=True)
class ChooseTones:
    tones: tuple[ToneChoice, ...]


@dataclass(frozen=True, slots=True)
class Setting:
    """A setting by its name in `settings/schema.py`; the value is JSON text."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class SettingValues:
    """All settings, values as JSON text."""

    values: dict[str, str]


@dataclass(frozen=True, slots=True)
class CheckReport:
    """What `check` compared and what is damaged, each a plain sentence."""

    files: int
    passages: int
    vectors: int
    problems: tuple[str, ...]


# --- events -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class IndexingProgressed:
    progress: IndexingProgress


@dataclass(frozen=True, slots=True)
class LibraryChanged:
    """Files or folders changed state; lists on screen should ask again. `passages` in all."""

    counts: dict[str, int]


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


@dataclass(frozen=True, slots=True)
class ModelsChanged:
    models: Models


@dataclass(frozen=True, slots=True)
class TonesChanged:
    tones: Tones


@dataclass(frozen=True, slots=True)
class WindowWanted:
    """A second start of the app asked for the first window."""


@dataclass(frozen=True, slots=True)
class Notice:
    """Something the user should know, once. `severity` is info, warning or error."""

    severity: str
    title: str
    hint: str


STATUS = Method("status", Nothing, Status)
LIST_FILES = Method("list_files", ListFiles, FileList)
PREVIEW_ADD = Method("preview_add", Paths, AddPreview)
ADD = Method("add", Paths, FolderList)
REMOVE = Method("remove", FolderId, Nothing)
RESCAN = Method("rescan", Nothing, Nothing)
RETRY_FILE = Method("retry_file", FileId, Nothing)
PAUSE = Method("pause", Pause, Nothing)
SEARCH = Method("search", Search, Passages)
FORGET_FOLDER = Method("forget_folder", FolderId, ForgetReport)
PREVIEW_RULES = Method("preview_rules", FolderRulesOf, RulesPreview)
SET_RULES = Method("set_rules", FolderRulesOf, Nothing)
SUGGEST_SCOPES = Method("suggest_scopes", SuggestScopes, ScopeSuggestions)
ASK = Method("ask", Ask, Asked)
CANCEL_ANSWER = Method("cancel_answer", AnswerId, Nothing)
LIST_CONVERSATIONS = Method("list_conversations", ListConversations, ConversationList)
READ_CONVERSATION = Method("read_conversation", ConversationId, Answers)
RENAME_CONVERSATION = Method("rename_conversation", RenameConversation, Nothing)
DELETE_CONVERSATION = Method("delete_conversation", ConversationId, Nothing)
RESTORE_CONVERSATION = Method("restore_conversation", ConversationId, Nothing)
OPEN_TEXT = Method("open_text", OpenText, SourceText)
OPEN_PAGE = Method("open_page", OpenPage, SourcePage)
LIST_MODELS = Method("list_models", Nothing, Models)
ADD_MODEL = Method("add_model", PathOnly, Models)
CHOOSE_MODEL = Method("choose_model", PathOnly, Models)
LIST_TONES = Method("list_tones", Nothing, Tones)
ADD_TONE = Method("add_tone", PathOnly, Tones)
CHOOSE_TONES = Method("choose_tones", ChooseTones, Tones)
READ_SETTINGS = Method("read_settings", Nothing, SettingValues)
CHANGE_SETTING = Method("change_setting", Setting, SettingValues)
CHECK = Method("check", Nothing, CheckReport)
REBUILD = Method("rebuild", Nothing, Nothing)
RAISE_WINDOW = Method("raise_window", Nothing, Nothing)

EVENTS: tuple[type, ...] = (
    IndexingProgressed,
    LibraryChanged,
    AnswerStage,
    AnswerText,
    AnswerFinished,
    AnswerFailed,
    ModelsChanged,
    TonesChanged,
    WindowWanted,
    Notice,
)
