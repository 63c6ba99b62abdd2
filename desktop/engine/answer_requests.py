"""Requests about questions, and the one thread that makes answers, in the order they were asked.

While it works, indexing steps aside. An answer is stored as it grows, so that a kill loses none of its words.
"""

import contextlib
import dataclasses
import datetime
import logging
import queue
import threading
import time
from collections.abc import Callable
from pathlib import Path

from desktop.answering.answerer import Answerer
from desktop.answering.forms.known import form_of
from desktop.answering.interfaces import AnswerLimits, AskedQuestion, Draft, Finder, Manner
from desktop.answering.rewriting import prepare
from desktop.answering.scoping import read_scopes, without_scopes
from desktop.domain.answers import AnswerMode, AnswerState, ToneChoice
from desktop.domain.errors import FootnoteError, UserError
from desktop.engine.answer_jobs import Job, LoadedModel, Progress, Unheard, stored
from desktop.engine.broadcast import Broadcast
from desktop.engine.heavy_parts import HeavyLoader
from desktop.engine.library_requests import whole_characters
from desktop.engine.model_requests import ModelRequests
from desktop.engine.model_turns import ModelTurns
from desktop.engine.voice_requests import VoiceRequests
from desktop.indexing.indexer import Indexer
from desktop.llm.stopping import ModelLoadStopped
from desktop.protocol.common_messages import Nothing
from desktop.protocol.engine_messages import AnswerFailed, AnswerFinished, AnswerId, AnswerMeanwhile, Ask, Asked
from desktop.storage.conversations import Conversations
from desktop.storage.file_names import FileNames
from desktop.storage.index_damage import IndexDamaged

_TURNS_KEPT = 4

log = logging.getLogger("footnote.engine")


class AnswerRequests:
    """Takes questions and makes answers. `wishes` gives the user's standing wishes for them."""

    def __init__(
        self,
        conversations: Conversations,
        heavy: HeavyLoader,
        names: FileNames,
        models: ModelRequests,
        voices: VoiceRequests,
        turns: ModelTurns,
        indexer: Indexer,
        broadcast: Broadcast,
        limits: Callable[[], AnswerLimits],
        wishes: Callable[[], str],
    ) -> None:
        self._conversations, self._heavy, self._models = conversations, heavy, models
        self._names, self._voices, self._turns = names, voices, turns
        self._indexer, self._broadcast = indexer, broadcast
        self._limits, self._wishes = limits, wishes
        self._jobs: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._open: dict[int, Job] = {}
        self._thread = threading.Thread(target=self._work, name="answers", daemon=True)
        self._thread.start()

    # requests

    def ask(self, asked: Ask) -> Asked:
        if not asked.question.strip():
            raise UserError("The question is empty.", "Write what you want to know.")
        known = self._conversations
        if asked.conversation_id is not None and not known.exists(asked.conversation_id):
            raise UserError("That conversation does not exist any more.", "Start a new one.")
        asked = dataclasses.replace(asked, question=whole_characters(asked.question))
        first, voice = self._first_attempt(asked), self._voices.voice_for(asked)
        answer_id, this = known.start_answer(asked.conversation_id, asked.question, voice, asked.mode, first)
        return self._begin(Job(asked, answer_id, this, voice, known.mode(this), threading.Event(), first or answer_id))

    def continue_answer(self, asked: AnswerId) -> Asked:
        """The answer keeps its id; what it says until now stays if going on fails."""
        begun = self._conversations.answer(asked.answer_id)
        if begun is None or begun.refused or begun.state is AnswerState.FINISHED or begun.mode is AnswerMode.QUOTES:
            raise UserError("This answer can't go on.", "Ask again.")
        if asked.answer_id in self._open:
            raise UserError("This answer is being made.")
        again = Ask(begun.conversation_id, begun.question, False, self._models.path_of(begun.model), begun.tones)
        voice = dataclasses.replace(self._voices.voice_for(again), format=begun.format)
        cancelled = threading.Event()
        return self._begin(
            Job(again, begun.id, begun.conversation_id, voice, begun.mode, cancelled, begun.attempt_of, begun)
        )

    def _first_attempt(self, asked: Ask) -> int | None:
        if asked.attempt_of is None:
            return None
        other = self._conversations.answer(asked.attempt_of)
        if other is None or other.conversation_id != asked.conversation_id:
            raise UserError("The answer to that question does not exist any more.", "Ask it as a new one.")
        return other.attempt_of

    def _begin(self, job: Job) -> Asked:
        self._open[job.answer_id] = job
        self._jobs.put(job)
        return Asked(job.answer_id, job.conversation_id)

    def cancel_answer(self, asked: AnswerId) -> Nothing:
        job = self._open.get(asked.answer_id)
        if job is not None:
            job.cancelled.set()
            self._models.runner.cancel()
        return Nothing()

    def stop(self) -> None:
        for job in list(self._open.values()):
            job.cancelled.set()
        self._jobs.put(None)
        self._models.runner.cancel()
        self._thread.join(5)

    # the thread

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            self._indexer.step_aside()
            try:
                with self._turns.answering():
                    self._make(job)
                    self._get_ready()
            except Exception:
                # such as a disk that filled up: the next question must still find this thread alive
                log.exception("an answer could not be kept")
            finally:
                self._open.pop(job.answer_id, None)
                if not self._open:
                    self._indexer.come_back()

    def _make(self, job: Job) -> None:
        started = time.monotonic()
        progress = Progress(job, self._broadcast, self._conversations)
        try:
            progress.stage("finding", "")
            draft, model, tones = self._draft(job, progress)
            answer = stored(job, draft, model, tones, time.monotonic() - started)
            self._conversations.finish_answer(answer)
            self._open.pop(job.answer_id, None)  # from now on it may be asked to go on
            self._broadcast.send(AnswerFinished(answer))
        except Exception as error:
            with contextlib.suppress(FootnoteError):  # a full disk takes no more words
                progress.keep()
            if isinstance(error, IndexDamaged):
                self._indexer.rebuild()
            known = isinstance(error, FootnoteError)
            if not known:
                log.exception("an answer ended with a bug")
            title = error.title if known else "The answer could not be made."
            hint = error.hint if known else "Ask again. If it happens again, the log in the data folder says why."
            self._broadcast.send(AnswerFailed(job.answer_id, job.conversation_id, title, hint))

    def _get_ready(self) -> None:
        """While an answer is read: the next question may lean on it."""
        if self._jobs.empty() and self._models.runner.loaded_path:
            with contextlib.suppress(FootnoteError):
                prepare(LoadedModel(self._models, 0, lambda: not self._jobs.empty()))

    def _draft(self, job: Job, progress: Progress) -> tuple[Draft, str, tuple[ToneChoice, ...]]:
        asked = read_scopes(job.asked.question, self._names, datetime.datetime.now())
        job.text = asked.text
        finder = self._heavy.get().finder.within(asked)
        model = "" if job.mode is AnswerMode.QUOTES else self._models.model_for(job.asked.model)
        tones = self._models.tones.wanted(job.voice.tones) if model else ()
        name = Path(model).name if model else ""
        question = self._question(job, asked.text, name, tones)
        generator = None
        if model:
            self._answer_meanwhile(job, question, finder, model)
            progress.stage("loading", "")
            generator = self._loaded(job, model, tones)
        return Answerer(finder, generator, self._limits()).answer(question, progress), name, tones

    def _loaded(self, job: Job, model: str, tones: tuple[ToneChoice, ...]) -> LoadedModel:
        stopped, context = job.cancelled.is_set, 0
        with contextlib.suppress(ModelLoadStopped):  # the answer ends before anything is generated
            context = self._models.load(model, tones, stopped)
        return LoadedModel(self._models, context, stopped)

    def _question(self, job: Job, text: str, model: str, tones: tuple[ToneChoice, ...]) -> AskedQuestion:
        answers, begun = self._conversations.answers(job.conversation_id), job.begun
        before = [a for a in answers if a.attempt_of < job.attempt_of and a.chosen and a.text]
        alike = [a for a in answers if a.attempt_of == job.attempt_of and a.id < job.answer_id]
        this = (job.asked.question, model, tones, job.mode, job.voice.format)
        return AskedQuestion(
            text,
            # as it was understood: a follow-up to a follow-up leans on what that one meant
            tuple((without_scopes(a.standalone or a.question), a.own_words or a.text) for a in before[-_TURNS_KEPT:]),
            job.asked.standalone,
            form_of(job.voice.shape),
            Manner(job.mode, self._wishes()),
            begun=begun.text if begun is not None else "",
            begun_thought=begun.thought if begun is not None else "",
            attempt=sum((a.question, a.model, a.tones, a.mode, a.format) == this for a in alike),
        )

    def _answer_meanwhile(self, job: Job, question: AskedQuestion, finder: Finder, model: str) -> None:
        """Loading a model takes seconds; the files' own words are there at once."""
        if self._models.runner.loaded_path == model or job.begun is not None or job.cancelled.is_set():
            return
        draft = Answerer(finder, None, self._limits()).answer(question, Unheard())
        if not draft.refused:
            self._broadcast.send(AnswerMeanwhile(stored(job, draft, "", (), 0.0)))
