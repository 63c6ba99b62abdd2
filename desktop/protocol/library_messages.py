"""What the engine is asked of folders, files and their reading, and what it tells of them."""

from dataclasses import dataclass

from desktop.domain.files import FileRow, Folder
from desktop.protocol.common_messages import Nothing
from desktop.protocol.lines import Method


@dataclass(frozen=True, slots=True)
class IndexingProgress:
    """Where indexing stands. `done` of `total` files of this round; `seconds_left` is None until measured.

    `phase` is idle, scanning, reading, embedding, recognising, paused, battery (it waits to be plugged in) or hindered
    (it waits until what `problem` says is over; else that is empty). `current` is the file under way, or empty.
    """

    phase: str
    done: int
    total: int
    seconds_left: float | None
    current: str
    problem: str = ""


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
    """`rules` are lines as in .gitignore; files above `largest_mb` megabytes are not read (1 to 400)."""

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
class CheckReport:
    """What `check` compared and what is damaged, each a plain sentence."""

    files: int
    passages: int
    vectors: int
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class IndexingProgressed:
    progress: IndexingProgress


@dataclass(frozen=True, slots=True)
class LibraryChanged:
    """Files or folders changed state; lists on screen should ask again. `passages` in all."""

    counts: dict[str, int]


STATUS = Method("status", Nothing, Status)
LIST_FILES = Method("list_files", ListFiles, FileList)
PREVIEW_ADD = Method("preview_add", Paths, AddPreview)
ADD = Method("add", Paths, FolderList)
REMOVE = Method("remove", FolderId, Nothing)
RESCAN = Method("rescan", Nothing, Nothing)
RETRY_FILE = Method("retry_file", FileId, Nothing)
PAUSE = Method("pause", Pause, Nothing)
FORGET_FOLDER = Method("forget_folder", FolderId, ForgetReport)
PREVIEW_RULES = Method("preview_rules", FolderRulesOf, RulesPreview)
SET_RULES = Method("set_rules", FolderRulesOf, Nothing)
FORGET_MISSING = Method("forget_missing", FolderId, Nothing)
USER_ACTIVE = Method("user_active", Nothing, Nothing)
CHECK = Method("check", Nothing, CheckReport)
REBUILD = Method("rebuild", Nothing, Nothing)

LIBRARY_EVENTS: tuple[type, ...] = (IndexingProgressed, LibraryChanged)
