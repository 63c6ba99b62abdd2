"""Requests about conversations that exist: lists, reads, renames, rates, edits, deletes and exports them.

Makes no answers.
"""

from desktop.domain.answers import Answer
from desktop.domain.errors import UserError
from desktop.engine.exporting import write_conversation
from desktop.protocol.common_messages import Nothing
from desktop.protocol.engine_messages import (
    AnswerId,
    Answers,
    CitedFiles,
    ConversationId,
    ConversationList,
    ConversationMode,
    EditAnswer,
    ExportConversation,
    FileChanges,
    ListConversations,
    RateAnswer,
    RenameConversation,
)
from desktop.storage.cited_files import FilesNow
from desktop.storage.conversations import Conversations

_LIST_LIMIT = 200
_LONGEST_TEXT = 100_000


class ConversationRequests:
    def __init__(self, conversations: Conversations, files: FilesNow) -> None:
        self._conversations, self._files = conversations, files

    def list_conversations(self, asked: ListConversations) -> ConversationList:
        limit = max(0, min(asked.limit, _LIST_LIMIT))
        return ConversationList(*self._conversations.list(asked.containing, max(0, asked.offset), limit))

    def read_conversation(self, asked: ConversationId) -> Answers:
        known = self._conversations
        return Answers(known.answers(asked.conversation_id), known.mode(asked.conversation_id))

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

    def set_mode(self, asked: ConversationMode) -> Nothing:
        self._conversations.set_mode(asked.conversation_id, asked.mode)
        return Nothing()

    def choose_attempt(self, asked: AnswerId) -> Nothing:
        self._conversations.choose_attempt(self._known(asked.answer_id).id)
        return Nothing()

    def rate_answer(self, asked: RateAnswer) -> Nothing:
        if asked.rating not in (-1, 0, 1):
            raise UserError("An answer is rated -1, 0 or 1.")
        self._conversations.rate(self._known(asked.answer_id).id, asked.rating)
        return Nothing()

    def edit_answer(self, asked: EditAnswer) -> Nothing:
        """A text that is the answer's own, or empty, is no edit."""
        answer = self._known(asked.answer_id)
        text = (asked.text or "").strip()
        if len(text) > _LONGEST_TEXT:
            raise UserError("This text is too long for an answer.", f"{_LONGEST_TEXT:,} characters at most.")
        self._conversations.keep_own_words(answer.id, text if text and text != answer.text.strip() else None)
        return Nothing()

    def check_cited(self, asked: CitedFiles) -> FileChanges:
        return FileChanges(tuple(self._files.change_since(f.file_id, f.file, f.sha256) for f in asked.files))

    def export_conversation(self, asked: ExportConversation) -> Nothing:
        known = self._conversations
        if not known.exists(asked.conversation_id):
            raise UserError("That conversation does not exist any more.")
        answers = tuple(answer for answer in known.answers(asked.conversation_id) if answer.chosen)
        changes = {
            (note.file, note.sha256): self._files.change_since(note.file_id, note.file, note.sha256)
            for answer in answers
            for note in answer.footnotes
        }
        write_conversation(known.title(asked.conversation_id), answers, changes, asked.form, asked.path)
        return Nothing()

    def _known(self, answer_id: int) -> Answer:
        answer = self._conversations.answer(answer_id)
        if answer is None:
            raise UserError("That answer does not exist any more.")
        return answer
