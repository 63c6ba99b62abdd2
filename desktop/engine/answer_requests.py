"""Requests about questions and conversations, and the one thread that makes answers, in the order they were asked.

While it works, indexing steps aside. An answer is stored as it grows, so that a kill loses none of its words.
"""

import contextlib
import dataclasses
import datetime
import logging
import queue
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from desktop.answering.answerer import Answerer
from desktop.answering.forms.known import form_of
from desktop.answering.interfaces import AnswerLimits, AskedQuestion, Draft
from desktop.answering.rewriting import prepare
from desktop.answering.scoping import read_scopes, without_scopes
from desktop.domain.answers import Answer, ToneChoice
from desktop.domain.errors import FootnoteError, UserError
from desktop.domain.voices import Voice
from desktop.engine.broadcast import Broadcast
from desktop.engine.heavy_parts import HeavyLoader
from desktop.engine.library_requests import whole_characters
from desktop.engine.model_requests import ModelRequests
from desktop.engine.model_turns import ModelTurns
from desktop.engine.voice_requests import VoiceRequests
from desktop.indexing.indexer import Indexer
from desktop.protocol.common_messages import Nothing
from desktop.protocol.engine_messages import (
    AnswerFailed,
    AnswerFinished,
    AnswerId,
    Answers,
    AnswerStage,
    AnswerText,
    Ask,
    Asked,
    ConversationId,
    ConversationList,
    ListConversations,
    RenameConversation,
)
from desktop.protocol.runner_messages import Generated, Turn
from desktop.storage.conversations import Conversations
from desktop.storage.file_names import FileNames
from desktop.storage.index_damage import IndexDamaged

_KEEP_EVERY = 0.5
_LIST_LIMIT = 200
_TURNS_KEPT = 4

log = logging.getLogger("footnote.engine")


@dataclass(slots=True)
class _Job:
    asked: Ask
    answer_id: int
    conversation_id: int
    voice: Voice
    cancelled: threading.Event
    text: str = ""  # the question without its scopes

    def searched(self, standalone: str) -> str:
        """What is told of the question that was searched: as it was asked, unless it was rewritten."""
        return self.asked.question if standalone == self.text else standalone


class LoadedModel:
    """The runner with its loaded model, as answering wants a generator."""

    def __init__(self, models: ModelRequests, context: int) -> None:
        self._models = models
        self._context = context

    @property
    def context(self) -> int:
        return self._context

    def count_tokens(self, texts: Sequence[str]) -> tuple[int, ...]:
        return self._models.runner.count_tokens(texts)

    def generate(
        self,
        turns: Sequence[Turn],
        *,
        max_tokens: int,
        temperature: float = 0.0,
        seed: int = 0,
        stop: tuple[str, ...] = (),
        aside: bool = False,
        on_text: Callable[[str], None],
    ) -> Generated:
        return self._models.runner.generate(
            turns, max_tokens=max_tokens, temperature=temperature, seed=seed, stop=stop, aside=aside, on_text=on_text
        )


class _Progress:
    """Tells the connections how one answer goes on, and keeps what was written so far."""

    def __init__(self, job: _Job, broadcast: Broadcast, conversations: Conversations) -> None:
        self._job, self._broadcast, self._conversations = job, broadcast, conversations
        self._text = ""
        self._kept = time.monotonic()

    def stage(self, name: str, standalone: str) -> None:
        self._broadcast.send(AnswerStage(self._job.answer_id, name, self._job.searched(standalone)))

    def text(self, words: str) -> None:
        self._text += words
        self._broadcast.send(AnswerText(self._job.answer_id, words))
        if time.monotonic() - self._kept > _KEEP_EVERY:
            self._conversations.keep_partial(self._job.answer_id, self._text)
            self._kept = time.monotonic()

    def keep(self) -> None:
        self._conversations.keep_partial(self._job.answer_id, self._text)

    def cancelled(self) -> bool:
        return self._job.cancelled.is_set()


class AnswerRequests:
    """Takes questions, makes answers, keeps conversations."""

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
    ) -> None:
        self._conversations, self._heavy, self._models = conversations, heavy, models
        self._names, self._voices, self._turns = names, voices, turns
        self._indexer, self._broadcast = indexer, broadcast
        self._limits = limits
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._open: dict[int, _Job] = {}
        self._current = 0
        self._thread = threading.Thread(target=self._work, name="answers", daemon=True)
        self._thread.start()

    # requests

    def ask(self, asked: Ask) -> Asked:
        if not asked.question.strip():
            raise UserError("The question is empty.", "Write what you want to know.")
        if asked.conversation_id is not None and not self._conversations.exists(asked.conversation_id):
            raise UserError("That conversation does not exist any more.", "Start a new one.")
        asked = dataclasses.replace(asked, question=whole_characters(asked.question))
        voice = self._voices.voice_for(asked)
        answer_id, conversation_id = self._conversations.start_answer(asked.conversation_id, asked.question, voice)
        job = _Job(asked, answer_id, conversation_id, voice, threading.Event())
        self._open[answer_id] = job
        self._jobs.put(job)
        return Asked(answer_id, conversation_id)

    def cancel_answer(self, asked: AnswerId) -> Nothing:
        job = self._open.get(asked.answer_id)
        if job is not None:
            job.cancelled.set()
            if asked.answer_id == self._current:  # the runner may be busy with the answer to another question
                self._models.runner.cancel()
        return Nothing()

    def list_conversations(self, asked: ListConversations) -> ConversationList:
        limit = max(0, min(asked.limit, _LIST_LIMIT))
        return ConversationList(*self._conversations.list(asked.containing, max(0, asked.offset), limit))

    def read_conversation(self, asked: ConversationId) -> Answers:
        return Answers(self._conversations.answers(asked.conversation_id))

    def rename_conversation(self, asked: RenameConversation) -> Nothing:
        if not asked.title.strip():
            raise UserError("A conversation needs a name.")
        self._conversations.rename(asked.conversation_id, " ".join(asked.title.split()))
        return Nothing()

    def delete_conversation(self, asked: ConversationId) -> Nothing:
        self._conversations.delete(asked.conversation_id)
        return Nothing()

    def restore_conversation(self, asked: ConversationId) -> Nothing:
        self._conversations.restore(asked.conversation_id)
        return Nothing()

    def stop(self) -> None:
        for job in list(self._open.values()):
            job.cancelled.set()
        self._models.runner.cancel()
        self._jobs.put(None)
        self._thread.join(5)

    # the thread

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            self._indexer.step_aside()
            self._current = job.answer_id
            try:
                with self._turns.answering():
                    self._make(job)
                    self._get_ready()
            except Exception:
                # such as a disk that filled up: the next question must still find this thread alive
                log.exception("an answer could not be kept")
            finally:
                self._current = 0
                self._open.pop(job.answer_id, None)
                if not self._open:
                    self._indexer.come_back()

    def _make(self, job: _Job) -> None:
        started = time.monotonic()
        progress = _Progress(job, self._broadcast, self._conversations)
        try:
            progress.stage("finding", "")
            draft, model, tones = self._draft(job, progress)
            answer = _stored(job, draft, model, tones, time.monotonic() - started)
            self._conversations.finish_answer(answer)
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
                prepare(LoadedModel(self._models, 0))

    def _draft(self, job: _Job, progress: _Progress) -> tuple[Draft, str, tuple[ToneChoice, ...]]:
        asked = read_scopes(job.asked.question, self._names, datetime.datetime.now())
        job.text = asked.text
        finder = self._heavy.get().finder.within(asked)
        model = self._models.model_for(job.asked.model)
        tones = self._models.tones.wanted(job.voice.tones) if model else ()
        generator = None
        if model:
            progress.stage("loading", "")
            generator = LoadedModel(self._models, self._models.load(model, tones))
        question = AskedQuestion(asked.text, self._history(job), job.asked.standalone, form_of(job.voice.shape))
        draft = Answerer(finder, generator, self._limits()).answer(question, progress)
        return draft, Path(model).name if model else "", tones

    def _history(self, job: _Job) -> tuple[tuple[str, str], ...]:
        before = [a for a in self._conversations.answers(job.conversation_id) if a.id < job.answer_id and a.text]
        # as it was understood: a follow-up to a follow-up leans on what that one meant
        return tuple((without_scopes(a.standalone or a.question), a.text) for a in before[-_TURNS_KEPT:])


def _stored(job: _Job, draft: Draft, model: str, tones: tuple[ToneChoice, ...], seconds: float) -> Answer:
    return Answer(
        id=job.answer_id,
        conversation_id=job.conversation_id,
        question=job.asked.question,
        standalone=job.searched(draft.standalone),
        text=draft.text,
        refused=draft.refused,
        state=draft.state,
        sentences=draft.sentences,
        footnotes=draft.footnotes,
        passages=draft.passages,
        model=model,
        tones=tones,
        asked_at=time.time() - seconds,
        seconds=round(seconds, 3),
        coverage=draft.coverage,
        format=job.voice.format,
        problems=draft.problems,
    )
