"""The fake engine's conversations beyond asking: attempts, ratings, edits, modes, changed files, exports."""

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

from desktop.domain.answers import Answer, AnswerMode, AnswerState, FileChange
from desktop.protocol import engine_messages as m
from desktop.protocol.common_messages import Nothing


class FakeAnswers:
    """`changed.log` in the folder holds the ids of files that have changed since, one a line."""

    def __init__(self, folder: Path, answers: dict[int, Answer], note: Callable[[str], None]) -> None:
        self._folder, self._answers, self._note = folder, answers, note
        self.modes: dict[int, AnswerMode] = {}

    def as_attempt(self, answer: Answer, request: m.Ask) -> Answer:
        """The answer as it is kept when it was asked for in this way; others at its question are chosen no more."""
        mode = request.mode or self.modes.get(answer.conversation_id, AnswerMode.STRICT)
        self.modes[answer.conversation_id] = mode
        first = self._answers[request.attempt_of].attempt_of if request.attempt_of else answer.id
        for other in self._answers.values():
            if other.attempt_of == first:
                self._answers[other.id] = dataclasses.replace(other, chosen=False)
        thought = "They ask for a time. Section 8.2 has it." if "think" in answer.question else ""
        state = AnswerState.CUT if "long" in answer.question and request.attempt_of else answer.state
        text = answer.text.replace("Either side", "Each side") if request.attempt_of else answer.text
        sentences = tuple(
            dataclasses.replace(s, text=s.text.replace("Either side", "Each side")) if request.attempt_of else s
            for s in answer.sentences
        )
        return dataclasses.replace(
            answer, mode=mode, attempt_of=first, thought=thought, state=state, text=text, sentences=sentences
        )

    def of(self, conversation_id: int) -> m.Answers:
        own = [answer for answer in self._answers.values() if answer.conversation_id == conversation_id]
        own.sort(key=lambda answer: (answer.attempt_of, answer.id))
        return m.Answers(tuple(own), self.modes.get(conversation_id, AnswerMode.STRICT))

    def handlers(self) -> dict[Any, Any]:
        return {
            m.CHOOSE_ATTEMPT: self.choose,
            m.RATE_ANSWER: self.rate,
            m.EDIT_ANSWER: self.edit,
            m.CHECK_CITED: self.check_cited,
            m.SET_MODE: self.set_mode,
            m.EXPORT_CONVERSATION: self.export,
        }

    def choose(self, request: m.AnswerId) -> Nothing:
        self._note(f"choose {request.answer_id}")
        first = self._answers[request.answer_id].attempt_of
        for answer in list(self._answers.values()):
            if answer.attempt_of == first:
                self._answers[answer.id] = dataclasses.replace(answer, chosen=answer.id == request.answer_id)
        return Nothing()

    def rate(self, request: m.RateAnswer) -> Nothing:
        self._note(f"rate {request.answer_id} {request.rating}")
        self._change(request.answer_id, rating=request.rating)
        return Nothing()

    def edit(self, request: m.EditAnswer) -> Nothing:
        self._note(f"edit {request.answer_id} {request.text}")
        self._change(request.answer_id, own_words=request.text)
        return Nothing()

    def check_cited(self, request: m.CitedFiles) -> m.FileChanges:
        listed = self._folder / "changed.log"
        changed = listed.read_text(encoding="utf-8").split() if listed.exists() else []
        return m.FileChanges(
            tuple(FileChange.CHANGED if str(f.file_id) in changed else FileChange.SAME for f in request.files)
        )

    def set_mode(self, request: m.ConversationMode) -> Nothing:
        self._note(f"mode {request.conversation_id} {request.mode}")
        self.modes[request.conversation_id] = request.mode
        return Nothing()

    def export(self, request: m.ExportConversation) -> Nothing:
        self._note(f"export {request.conversation_id} {request.form}")
        Path(request.path).write_text("<h1>The lease</h1><p>Three months.</p>", encoding="utf-8")
        return Nothing()

    def _change(self, answer_id: int, **changes: Any) -> None:
        self._answers[answer_id] = dataclasses.replace(self._answers[answer_id], **changes)
