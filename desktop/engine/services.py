"""Builds every object of the engine, by hand. Does no work itself; `routes.py` says where each request goes."""

import contextlib
import dataclasses
import shutil
from pathlib import Path

from desktop import __version__
from desktop.answering.interfaces import AnswerLimits
from desktop.domain.errors import EngineProblem
from desktop.engine.answer_requests import AnswerRequests
from desktop.engine.broadcast import Broadcast, Merged
from desktop.engine.chosen_embedder import ChosenModels
from desktop.engine.conversation_requests import ConversationRequests
from desktop.engine.embedder_getting import EmbedderGetting
from desktop.engine.embedder_requests import EmbedderRequests
from desktop.engine.forgetting import Forgetting
from desktop.engine.heavy_parts import HeavyLoader
from desktop.engine.index_opening import IndexOpening
from desktop.engine.library_requests import LibraryRequests
from desktop.engine.model_parts import ModelParts
from desktop.engine.model_turns import ModelTurns
from desktop.engine.routes import Handlers, Requests, routes
from desktop.engine.rule_requests import RuleRequests
from desktop.engine.setting_requests import SettingRequests
from desktop.engine.source_requests import SourceRequests
from desktop.engine.tone_trials import ToneTrials
from desktop.engine.trial_answers import TrialAnswers
from desktop.engine.truth_questions import TruthQuestions
from desktop.engine.voice_requests import VoiceRequests
from desktop.indexing.giving_way import GivingWay
from desktop.indexing.indexer import Indexer
from desktop.indexing.reading_queue import IndexerParts
from desktop.indexing.recognising import RecognitionQueue
from desktop.platform_support.crash_notes import CrashNote
from desktop.platform_support.paths import DataFolders
from desktop.platform_support.priority import on_battery
from desktop.protocol import engine_messages as m
from desktop.protocol.common_messages import HELLO, Greeting, Hello, Nothing
from desktop.protocol.lines import PROTOCOL
from desktop.reading.client import FileReader
from desktop.reading.ocr_client import Recogniser, RecognitionChoice
from desktop.reading.recognised_pages import RecognisedPages
from desktop.reading.recognised_reader import RecognisedReader
from desktop.reading.word_converter import WordConverter, find_program
from desktop.settings.store import SettingsFile
from desktop.storage.cited_files import FilesNow
from desktop.storage.conversations import Conversations
from desktop.storage.database import Database
from desktop.storage.file_names import FileNames
from desktop.storage.file_table import FileTable
from desktop.storage.former_passages import FormerPassages
from desktop.storage.hindrances import Hindrance
from desktop.storage.passage_ledger import PassageLedger
from desktop.storage.recognition_table import RecognitionTable


class Services:
    """One engine's objects. `handlers` is what a connection serves; `start` begins indexing, `stop` ends everything.

    `note` is sealed first of all when the engine is told to end: who waits may kill it before `stop` is through.
    """

    def __init__(self, folders: DataFolders, pid: int) -> None:
        self._pid = pid
        self._notices: list[str] = []
        self.broadcast = Broadcast()
        self._settings = SettingsFile(folders.settings)
        self._notices.extend(self._settings.notices)
        self._database = Database(folders.database)
        self._files, self._ledger = FileTable(self._database), PassageLedger(self._database)
        self._former = FormerPassages(self._database)
        self._names = FileNames(self._database)
        self._conversations = Conversations(self._database)
        with contextlib.suppress(Hindrance):  # at the next start
            self._conversations.purge_deleted()
        self.note = CrashNote(folders.library / "reading.note")
        self._own = folders.library
        scratch = folders.library / "scratch"
        # what a killed engine left there are texts of files that may be deleted by now
        shutil.rmtree(scratch, ignore_errors=True)
        shutil.rmtree(folders.pages, ignore_errors=True)
        self._recognised = RecognisedPages(folders.recognised)
        indexing_reader = FileReader(scratch / "indexing", background=True)
        self._indexing_reader = RecognisedReader(indexing_reader, self._recognised, _converter(scratch / "converting"))
        pane_reader = FileReader(scratch / "reader", background=False)
        self._pane_reader = RecognisedReader(pane_reader, self._recognised, _converter(scratch / "converting-reader"))
        self._recognition = self._build_recognition(folders, indexing_reader, scratch)
        # a page is shown while the text of a long file is read to be searched
        self._page_reader = RecognisedReader(FileReader(scratch / "pages", background=False), self._recognised)
        search_models = ChosenModels(folders, self._settings, self._tell)
        opening = IndexOpening(folders.vectors, self._database, self._ledger, self._tell)
        self._heavy = HeavyLoader(self._files, self._ledger, self._former, self._names, search_models, opening)
        self._indexer = self._build_indexer()
        self._turns = ModelTurns()
        self._models = ModelParts(folders, self._settings, self._database, self.broadcast, self._turns)
        self._sources = SourceRequests(self._files, self._ledger, self._pane_reader, self._page_reader, folders.pages)
        self._voices = VoiceRequests(self._conversations, self._settings, self._models.tones)
        self._answers = self._build_answers()
        self._trials = self._build_trials()
        self._kept = ConversationRequests(self._conversations, FilesNow(self._database))
        self._library = self._build_library(folders)
        self._embedders = self._build_embedders(folders, search_models)
        self._embedder_getting = EmbedderGetting(folders)
        self._rules = RuleRequests(self._files, self._indexer, str(folders.library))
        self._forgetting = Forgetting(
            folders,
            self._database,
            self._files,
            self._ledger,
            self._conversations,
            self._heavy,
            self._indexer,
            self._recognition,
            self.broadcast,
        )
        self._setting_requests = SettingRequests(self._settings, self._setting_changed)

    def _build_embedders(self, folders: DataFolders, models: ChosenModels) -> EmbedderRequests:
        return EmbedderRequests(
            folders,
            self._settings,
            self._files,
            self._ledger,
            self._former,
            self._heavy,
            models,
            self._indexer,
        )

    def _build_library(self, folders: DataFolders) -> LibraryRequests:
        return LibraryRequests(
            self._database,
            self._files,
            self._ledger,
            self._names,
            self._heavy,
            self._indexer,
            self._settings,
            self.broadcast,
            lambda: tuple(self._notices),
            own=str(folders.library),
        )

    def _build_answers(self) -> AnswerRequests:
        return AnswerRequests(
            self._conversations,
            self._heavy,
            self._names,
            self._models.models,
            self._voices,
            self._turns,
            self._indexer,
            self.broadcast,
            self._limits,
            lambda: str(self._settings.get("standing_wishes")),
        )

    def _build_trials(self) -> ToneTrials:
        answers = TrialAnswers(self._heavy, self._names, self._models.models, self._indexer, self._turns, self._limits)
        questions = TruthQuestions(self._settings, self._conversations, self._database)
        return ToneTrials(answers, self._models.tones, questions, self.broadcast)

    def _build_recognition(self, folders: DataFolders, reader: FileReader, scratch: Path) -> RecognitionQueue:
        def choice() -> RecognitionChoice | None:
            found = RecognitionChoice(folders.recognition, str(self._settings.get("recognised_letters")))
            return found if self._settings.get("recognise_text") and found.is_installed else None

        return RecognitionQueue(
            RecognitionTable(self._database),
            self._recognised,
            reader,
            choice,
            make=lambda chosen: Recogniser(chosen, scratch / "indexing", scratch / "recognition"),
            on_done=lambda: self._indexer.work_arrived(),
        )

    def _build_indexer(self) -> Indexer:
        merged = Merged(self.broadcast)
        indexer = Indexer(
            self._files,
            self._open_parts,
            on_progress=lambda progress: merged.send(m.IndexingProgressed(progress)),
            on_change=lambda: merged.send(m.LibraryChanged(self._files.counts())),
            manners=GivingWay(lambda: bool(self._settings.get("pause_on_battery")), on_battery),
            watch=bool(self._settings.get("watch_folders")),
            own=str(self._own),
            on_aside=self._recognition.pause,
        )
        indexer.pause(bool(self._settings.get("paused")))
        return indexer

    def _open_parts(self, anew: bool) -> IndexerParts:
        self._database.wait_less()
        heavy = self._heavy.load_anew() if anew else self._heavy.get()
        return IndexerParts(
            self._ledger, heavy.upkeep, heavy.maker, self._indexing_reader, self.note, self._recognition
        )

    def handlers(self) -> Handlers:
        requests = Requests(
            library=self._library,
            forgetting=self._forgetting,
            rules=self._rules,
            embedders=self._embedders,
            embedder_getting=self._embedder_getting,
            answers=self._answers,
            kept=self._kept,
            voices=self._voices,
            sources=self._sources,
            models=self._models.models,
            downloads=self._models.downloads,
            speeds=self._models.speeds,
            tones=self._models.tones,
            trials=self._trials,
            settings=self._setting_requests,
        )
        return {HELLO: self._hello, m.RAISE_WINDOW: self._raise_window, **routes(requests)}

    def start(self) -> None:
        self._indexer.start()
        self._models.start()

    def stop(self) -> None:
        """Ends threads and children; what was under way goes on at the next start."""
        self.note.seal()
        self._trials.stop()
        self._answers.stop()
        self._indexer.stopping()
        self._indexing_reader.close()
        self._indexer.stop()
        self._models.stop_background()
        self._embedder_getting.stop()
        self._recognition.close()
        self._models.close()
        self._pane_reader.close()
        self._page_reader.close()
        self.note.close()
        self._database.close()

    def _hello(self, hello: Hello) -> Greeting:
        if hello.protocol != PROTOCOL:
            raise EngineProblem(
                "This window and this engine are of different versions.",
                f"Close every Footnote and start it again (protocol {hello.protocol} and {PROTOCOL}).",
            )
        return Greeting(PROTOCOL, __version__, "engine", self._pid)

    def _raise_window(self, _: Nothing) -> Nothing:
        self.broadcast.send(m.WindowWanted())
        return Nothing()

    def _limits(self) -> AnswerLimits:
        usual = AnswerLimits()
        sources = int(self._settings.get("passages_in_prompt")) or usual.sources
        return dataclasses.replace(usual, answer_tokens=int(self._settings.get("answer_tokens")), sources=sources)

    def _tell(self, sentence: str) -> None:
        self._notices.append(sentence)
        self.broadcast.send(m.Notice("warning", sentence, ""))

    def _setting_changed(self, name: str) -> None:
        if name == "paused":
            self._indexer.pause(bool(self._settings.get("paused")))
        elif name in ("recognise_text", "recognised_letters"):
            self._recognition.chosen_anew()
            self._indexer.work_arrived()
        elif name in ("chosen_embedder", "chosen_reranker"):
            self._indexer.reopen()
        elif name == "pause_on_battery":
            self._indexer.work_arrived()


def _converter(scratch: Path) -> WordConverter | None:
    program = find_program()
    return WordConverter(scratch, program) if program is not None else None
