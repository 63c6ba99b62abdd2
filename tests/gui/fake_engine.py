"""A real child process that speaks the engine's protocol with canned data.

`python -m tests.gui.fake_engine DIR [WORD…]`

DIR holds the source files it serves. Words change what it does: `empty` (no folders, no model), `busy` (indexing),
`mute` (starts and exits at once), `old` (another protocol number), `slow` (waits for `DIR/go` between words, and no
trial of a tone ends by itself), `crash` (dies in the middle of an answer), `problems` (files in every state),
`downloading`, `stopped`, `card` and `given-up` (see `fake_models`),
`bare` (without the workshop), `folders` (nine of them), `many` (100,000 files).
"""

import dataclasses
import hashlib
import json
import os
import sys
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any

from desktop.domain.answers import Answer, AnswerState, Conversation
from desktop.domain.downloads import Download, DownloadState
from desktop.domain.errors import FileProblem, UserError
from desktop.domain.files import FileState, Folder
from desktop.engine.source_words import hits_of, locate
from desktop.protocol import engine_messages as m
from desktop.protocol.common_messages import HELLO, Greeting, Hello, Nothing
from desktop.protocol.lines import PROTOCOL
from desktop.protocol.reader_messages import Box
from desktop.protocol.server import LineServer, claim_standard_streams
from desktop.settings.schema import SETTINGS
from desktop.settings.store import SettingsFile
from tests.gui import canned
from tests.gui.fake_answers import FakeAnswers
from tests.gui.fake_tones import FakeTones

LISTED = "listed.log"  # pages of files that were asked for


class FakeEngine:
    def __init__(self, folder: Path, words: frozenset[str]) -> None:
        self.folder, self.words = folder, words
        self.server: LineServer | None = None
        self.files = canned.write_sources(folder)
        kept = folder / "fake-state.json"
        self.settings = SettingsFile(kept.with_name("settings.json"))
        self.answers: dict[int, Answer] = {}
        self.kept = FakeAnswers(folder, self.answers, self.note)
        self.conversations: dict[int, Conversation] = {}
        self.deleted: set[int] = set()
        self.cancelled = threading.Event()
        self.rows = [] if "empty" in words else canned.file_rows(folder, self.files, problems="problems" in words)
        self.folders = [] if "empty" in words else self._first_folders()
        # not at the top: one that ends at once does so quickly
        from tests.gui.fake_models import FakeModels

        self.models = FakeModels(folder, words, self.send, self.note)
        self.tones = FakeTones(self.send, self.note, empty="empty" in words, waits="slow" in words)
        self.paused = False
        older, former = 3 if "outdated" in words else 0, 1_204 if "cut-anew" in words else 0
        self.embedders = dataclasses.replace(canned.EMBEDDERS, outdated=older, former=former)
        self.embedder_download: Download | None = None
        self.calls: list[str] = []
        if "empty" not in words:
            self._seed()

    def _first_folders(self) -> list[Folder]:
        counts = self.counts()
        waiting = 480 if "busy" in self.words else counts.get("waiting", 0)
        first = Folder(
            1, str(self.folder / "Contracts"), False, True, sum(counts.values()), counts["indexed"], "", 200, waiting
        )
        away = {3: (1.79e9, 270), 4: (1.79e9, 12)}  # a folder that is not there, and files of one that is
        others = [
            Folder(n, place, False, n != 3, 90 * n, 90 * n, "*.bak\ndrafts/", 50, 0, *away.get(n, (0.0, 0)))
            for n, place in enumerate(canned.OTHER_FOLDERS if "folders" in self.words else (), 2)
        ]
        return [first, *others]

    def _seed(self) -> None:
        now = time.time()
        for number, (title, age) in enumerate(canned.CONVERSATIONS, 1):
            self.conversations[number] = Conversation(number, title, now - age, 1)
        first = canned.answer(1, 1, "How long is the notice period?", self.files)
        self.answers[1] = dataclasses.replace(first, attempt_of=1)

    def note(self, name: str, log_name: str = "calls.log") -> None:
        with (self.folder / log_name).open("a", encoding="utf-8") as log:
            log.write(name + "\n")

    def user_active(self, _: Nothing) -> Nothing:
        self.note("active", "active.log")
        return Nothing()

    def send(self, event: object) -> None:
        if self.server is not None:
            self.server.send_event(event)

    # --- library --------------------------------------------------------------------------------------------

    def hello(self, hello: Hello) -> Greeting:
        return Greeting(99 if "old" in self.words else PROTOCOL, "fake", "engine", os.getpid())

    def status(self, _: Nothing) -> m.Status:
        counts = self.counts() if self.folders else {}
        phase, done = ("paused" if self.paused else "reading", 12) if "busy" in self.words else ("idle", 0)
        progress = m.IndexingProgress(phase, done, 40 if done else 0, 118.0 if done else None, "")
        notices = ("The folder “Archive” is not there now.",) if "problems" in self.words else ()
        return m.Status(counts, tuple(self.folders), progress, 1.0, notices, 1204, 9000, 0)

    def list_files(self, request: m.ListFiles) -> m.FileList:
        self.note(f"list {request.state or 'all'} {request.offset} {request.limit}", LISTED)
        if "many" in self.words and not request.state and not request.containing:
            return m.FileList(canned.many_rows(request.offset, request.limit), canned.MANY)
        rows = self.rows if self.folders else []
        rows = [r for r in rows if request.state in ("", r.state) and request.containing.lower() in r.path.lower()]
        rows.sort(key=lambda r: getattr(r, request.order), reverse=request.descending)
        return m.FileList(tuple(rows[request.offset : request.offset + request.limit]), len(rows))

    def counts(self) -> dict[str, int]:
        return {"indexed": canned.MANY} if "many" in self.words else dict(Counter(row.state.value for row in self.rows))

    def embedder_offers(self) -> m.EmbedderOffers:
        return m.EmbedderOffers(canned.EMBEDDER_OFFERS, self.embedder_download, "", "bare" not in self.words)

    def get_embedder(self, request: m.EmbedderName) -> m.EmbedderOffers:
        self.note(f"get embedder {request.name}")
        return self._embedder_at(request.name, DownloadState.RUNNING)

    def pause_embedder(self, _: Nothing) -> m.EmbedderOffers:
        assert self.embedder_download is not None
        return self._embedder_at(self.embedder_download.name, DownloadState.PAUSED)

    def discard_embedder(self, request: m.EmbedderName) -> m.EmbedderOffers:
        self.note(f"discard embedder {request.name}")
        self.embedder_download = None
        return self.embedder_offers()

    def _embedder_at(self, name: str, state: DownloadState) -> m.EmbedderOffers:
        self.embedder_download = Download(f"embedder-{name}", name, state, 30_000_000, 471_000_000, None, "")
        return self.embedder_offers()

    def choose_embedder(self, request: m.EmbedderName) -> m.Embedders:
        self.note(f"embedder {request.name}")
        self.embedders = dataclasses.replace(self.embedders, chosen=request.name)
        return self.embedders

    def undo_passages(self, _: Nothing) -> m.Embedders:
        self.note("undo passages")
        self.embedders = dataclasses.replace(self.embedders, former=0)
        return self.embedders

    def forget_missing(self, request: m.FolderId) -> Nothing:
        self.note(f"forget missing {request.folder_id}")
        return Nothing()

    def retry_file(self, request: m.FileId) -> Nothing:
        self.note(f"retry {request.file_id}")
        place = next(n for n, row in enumerate(self.rows) if row.id == request.file_id)
        self.rows[place] = dataclasses.replace(self.rows[place], state=FileState.WAITING, reason="")
        self.send(m.LibraryChanged(self.counts()))
        return Nothing()

    def rescan(self, _: Nothing) -> Nothing:
        self.note("rescan")
        return Nothing()

    def preview_rules(self, request: m.FolderRulesOf) -> m.RulesPreview:
        """Names that end as a rule such as `*.pdf` does are left out; a line `!` is no rule."""
        if request.folder_id not in [folder.id for folder in self.folders]:
            raise UserError("That folder is not in the library any more.")
        self.note(f"preview {request.folder_id} {request.rules!r} {request.largest_mb}")
        endings = self._endings(request.rules)
        root = str(self.folder / "Contracts") + os.sep
        out = [row.path.removeprefix(root) for row in self.rows if row.path.endswith(endings)] if endings else []
        arriving = ("Old/plan.pdf", "Old/plan-2.pdf") if request.largest_mb > 200 else ()
        left_out = (".git/", "node_modules/", "Thumbs.db", *out)
        return m.RulesPreview(left_out[:200], len(left_out), tuple(out[:200]), len(out), arriving, len(arriving), True)

    def set_rules(self, request: m.FolderRulesOf) -> Nothing:
        self._endings(request.rules)
        self.note(f"rules {request.folder_id} {request.rules!r} {request.largest_mb}")
        self.folders = [
            dataclasses.replace(folder, rules=request.rules, largest_mb=request.largest_mb)
            if folder.id == request.folder_id
            else folder
            for folder in self.folders
        ]
        self.send(m.LibraryChanged(self.counts()))
        return Nothing()

    def _endings(self, rules: str) -> tuple[str, ...]:
        for number, line in enumerate(rules.splitlines(), 1):
            if line == "!":
                raise UserError(f"Line {number} is no rule: “{line}”.", "Rules are written as in .gitignore.")
        return tuple(line.removeprefix("*") for line in rules.splitlines() if line.startswith("*."))

    def preview_add(self, paths: m.Paths) -> m.AddPreview:
        return m.AddPreview(tuple(self._preview(path) for path in paths.paths))

    def _preview(self, path: str) -> m.AddItem:
        if path.endswith("tone.gguf"):
            return m.AddItem(path, "tone", 0, 4_200_000, {}, True, "")
        if path.endswith(".gguf"):
            return m.AddItem(path, "model", 0, 1_117_320_768, {}, True, "")
        if path.endswith(".zip"):
            return m.AddItem(path, "refused", 0, 0, {}, True, "Zip archives can't be read.")
        return m.AddItem(path, "folder", 1204, 310_000_000, {"pdf": 800, "docx": 404}, True, "")

    def add(self, paths: m.Paths) -> m.FolderList:
        self.note("add " + " ".join(paths.paths))
        for path in paths.paths:
            self.folders.append(Folder(len(self.folders) + 1, path, False, True, 1204, 1204))
        self.send(m.LibraryChanged({"indexed": 1204}))
        return m.FolderList(tuple(self.folders))

    def forget(self, request: m.FolderId) -> m.ForgetReport:
        (folder,) = (folder for folder in self.folders if folder.id == request.folder_id)
        self.remove(request)
        return m.ForgetReport(folder.path, folder.files, 9_000, 2, 50, ())

    def remove(self, request: m.FolderId) -> Nothing:
        self.note(f"remove {request.folder_id}")
        self.folders = [folder for folder in self.folders if folder.id != request.folder_id]
        self.send(m.LibraryChanged({}))
        return Nothing()

    def pause(self, request: m.Pause) -> Nothing:
        self.paused = request.paused
        return Nothing()

    # --- questions ------------------------------------------------------------------------------------------

    def ask(self, request: m.Ask) -> m.Asked:
        if not request.question.strip():
            raise UserError("There is no question.")
        conversation = request.conversation_id or max(self.conversations, default=0) + 1
        number = max(self.answers, default=0) + 1
        self.conversations[conversation] = Conversation(conversation, request.question, time.time(), 1)
        mode = f" {request.mode}" if request.mode not in (None, "strict") else ""
        again = f" again {request.attempt_of}" if request.attempt_of else ""
        self.note(f"ask {conversation} {request.standalone}{mode}{again} {request.question}")
        self.cancelled.clear()
        threading.Thread(target=self._make, args=(number, conversation, request), daemon=True).start()
        return m.Asked(number, conversation)

    def _make(self, number: int, conversation: int, request: m.Ask) -> None:
        question = request.question
        if "fail" in question:
            self.send(m.AnswerFailed(number, conversation, "The model could not be loaded.", "Choose another one."))
            return
        answer = self.kept.as_attempt(canned.answer(number, conversation, question, self.files), request)
        if request.standalone:
            answer = dataclasses.replace(answer, standalone=question)
        self.send(m.AnswerStage(number, "finding", ""))
        if "meanwhile" in question:
            self.send(m.AnswerMeanwhile(dataclasses.replace(answer, model="")))
            self.send(m.AnswerStage(number, "loading", ""))
        self.send(m.AnswerStage(number, "reading", answer.standalone))
        if answer.thought:
            self.send(m.AnswerThought(number, answer.thought))
        self.send(m.AnswerStage(number, "writing", answer.standalone))
        if not answer.refused:
            self._write(number, answer.text)
        stopped = self.cancelled.is_set()
        if stopped:
            answer = dataclasses.replace(
                answer, text="Either side may end", sentences=(), footnotes=(), state=AnswerState.STOPPED
            )
        self.answers[number] = answer
        self.send(m.AnswerFinished(answer))

    def _write(self, number: int, text: str) -> None:
        for place, word in enumerate(text.split(" ")):
            if "slow" in self.words and place >= 4:
                while not (self.folder / "go").exists() and not self.cancelled.is_set():
                    self.cancelled.wait(0.01)
            if "crash" in self.words and place == 6:
                os._exit(9)
            if self.cancelled.is_set():
                return
            self.send(m.AnswerText(number, (" " if place else "") + word))

    def cancel(self, _: m.AnswerId) -> Nothing:
        self.cancelled.set()
        return Nothing()

    def list_conversations(self, request: m.ListConversations) -> m.ConversationList:
        wanted = [c for c in self.conversations.values() if c.id not in self.deleted]
        wanted = [c for c in wanted if request.containing.lower() in c.title.lower()]
        wanted.sort(key=lambda c: -c.updated_at)
        return m.ConversationList(tuple(wanted[request.offset : request.offset + request.limit]), len(wanted))

    def read_conversation(self, request: m.ConversationId) -> m.Answers:
        if request.conversation_id not in self.conversations:
            raise UserError("This conversation no longer exists.")
        return self.kept.of(request.conversation_id)

    def go_on(self, request: m.AnswerId) -> m.Asked:
        self.note(f"continue {request.answer_id}")
        begun = self.answers[request.answer_id]
        self.cancelled.clear()
        threading.Thread(target=self._go_on, args=(begun,), daemon=True).start()
        return m.Asked(begun.id, begun.conversation_id)

    def _go_on(self, begun: Answer) -> None:
        whole = canned.answer(begun.id, begun.conversation_id, begun.question, self.files)
        self._write(begun.id, whole.text.removeprefix(begun.text))
        self.answers[begun.id] = dataclasses.replace(
            begun, text=whole.text, sentences=whole.sentences, footnotes=whole.footnotes, state=AnswerState.FINISHED
        )
        self.send(m.AnswerFinished(self.answers[begun.id]))

    def rename(self, request: m.RenameConversation) -> Nothing:
        old = self.conversations[request.conversation_id]
        self.conversations[old.id] = dataclasses.replace(old, title=request.title)
        return Nothing()

    def delete(self, request: m.ConversationId) -> Nothing:
        self.note(f"delete {request.conversation_id}")
        self.deleted.add(request.conversation_id)
        return Nothing()

    def restore(self, request: m.ConversationId) -> Nothing:
        self.note(f"restore {request.conversation_id}")
        self.deleted.discard(request.conversation_id)
        return Nothing()

    def suggest_scopes(self, request: m.SuggestScopes) -> m.ScopeSuggestions:
        self.note(f"suggest {request.typed}")
        found = [item for item in canned.scopes(self.folder) if request.typed.lower() in item.name.lower()]
        return m.ScopeSuggestions(tuple(found[: request.limit]))

    # --- sources --------------------------------------------------------------------------------------------

    def open_text(self, request: m.OpenText) -> m.SourceText:
        path = self._there(request.file_id)
        text, kind = canned.text_of(path), canned.format_of(path)
        blocks = canned.blocks_of(text) if kind == "markdown" else ()
        return m.SourceText(
            str(path),
            kind,
            hashlib.sha256(path.read_bytes()).hexdigest(),
            text[request.offset : request.offset + request.limit],
            request.offset,
            len(text),
            blocks,
            (),
            True,
        )

    def open_page(self, request: m.OpenPage) -> m.SourcePage:
        image = self.folder / f"page-{request.number}.png"
        boxes = canned.draw_page(image, request.number, request.scale)
        size = (round(595 * request.scale), round(842 * request.scale))
        marked = tuple(Box(*box) for box in boxes) if request.number == 7 else ()
        places = tuple(marked for _ in request.ranges)
        words = canned.words_of_page(boxes) if request.words else ()
        return m.SourcePage(
            str(self.files[request.file_id]), request.number, 12, *size, str(image), places, 0, 1_000_000, words
        )

    def locate_words(self, request: m.LocateWords) -> m.SourceFile:
        path = self._there(request.file_id)
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        words = tuple(self._located(path, digest, cited) for cited in request.words)
        views = {"pdf": m.SourceView.PAGE, "code": m.SourceView.CODE}
        return m.SourceFile(str(path), views.get(canned.format_of(path), m.SourceView.TEXT), digest, words)

    def _located(self, path: Path, digest: str, cited: m.CitedWords) -> m.LocatedWords:
        if not cited.quote:
            return m.LocatedWords(m.Found.UNKNOWN, 0, 0, cited.page)
        if cited.sha256 in ("", digest):
            return m.LocatedWords(m.Found.SAME, cited.start, cited.end, cited.page)
        return locate(canned.document_of(path), cited)

    def find_words(self, request: m.FindWords) -> m.FoundWords:
        return hits_of(canned.document_of(self._there(request.file_id)), request.words, request.most)

    def prepare_source(self, request: m.PrepareSource) -> Nothing:
        self.note(f"prepare {request.file_id} {request.page or 0}")
        return Nothing()

    def _there(self, file_id: int) -> Path:
        path = self.files.get(file_id)
        if path is None or not path.exists():
            raise FileProblem("This file is no longer there.", "It may have been moved.", state="missing")
        return path

    # --- models, tones, settings ----------------------------------------------------------------------------

    def read_settings(self, _: Nothing) -> m.SettingValues:
        return m.SettingValues({entry.name: json.dumps(self.settings.get(entry.name)) for entry in SETTINGS})

    def change_setting(self, request: m.Setting) -> m.SettingValues:
        self.settings.set(request.name, json.loads(request.value))
        return self.read_settings(Nothing())

    def handlers(self) -> dict[Any, Any]:
        return {
            HELLO: self.hello,
            m.STATUS: self.status,
            m.LIST_FILES: self.list_files,
            m.PREVIEW_ADD: self.preview_add,
            m.ADD: self.add,
            m.REMOVE: self.remove,
            m.FORGET_FOLDER: self.forget,
            m.RESCAN: self.rescan,
            m.RETRY_FILE: self.retry_file,
            m.FORGET_MISSING: self.forget_missing,
            m.LIST_EMBEDDERS: lambda _: self.embedders,
            m.LIST_EMBEDDER_OFFERS: lambda _: self.embedder_offers(),
            m.GET_EMBEDDER: self.get_embedder,
            m.PAUSE_EMBEDDER: self.pause_embedder,
            m.DISCARD_EMBEDDER: self.discard_embedder,
            m.PREVIEW_EMBEDDER: lambda asked: m.EmbedderCost(asked.name, 8_880, 120, 0, 89.0),
            m.CHOOSE_EMBEDDER: self.choose_embedder,
            m.UNDO_PASSAGES: self.undo_passages,
            m.USER_ACTIVE: self.user_active,
            m.PREVIEW_RULES: self.preview_rules,
            m.SET_RULES: self.set_rules,
            m.PAUSE: self.pause,
            m.ASK: self.ask,
            m.SUGGEST_SCOPES: self.suggest_scopes,
            **self.kept.handlers(),
            m.CONTINUE_ANSWER: self.go_on,
            m.CANCEL_ANSWER: self.cancel,
            m.LIST_CONVERSATIONS: self.list_conversations,
            m.READ_CONVERSATION: self.read_conversation,
            m.RENAME_CONVERSATION: self.rename,
            m.DELETE_CONVERSATION: self.delete,
            m.RESTORE_CONVERSATION: self.restore,
            m.OPEN_TEXT: self.open_text,
            m.OPEN_PAGE: self.open_page,
            m.LOCATE_WORDS: self.locate_words,
            m.FIND_WORDS: self.find_words,
            m.PREPARE_SOURCE: self.prepare_source,
            **self.models.handlers(),
            **self.tones.handlers(),
            m.READ_SETTINGS: self.read_settings,
            m.CHANGE_SETTING: self.change_setting,
        }


def main() -> None:
    folder, words = Path(sys.argv[1]), frozenset(sys.argv[2:])
    if "mute" in words:
        raise SystemExit("the engine has nothing to say")
    requests, replies = claim_standard_streams()
    engine = FakeEngine(folder, words)
    engine.server = LineServer(engine.handlers(), requests, replies)
    engine.server.serve()


if __name__ == "__main__":
    main()
