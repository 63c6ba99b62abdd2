"""Conversations and their answers in SQLite. An answer is kept from the moment it is asked for, word by word."""

import dataclasses
import json
import os
import time
from collections.abc import Iterable
from typing import Any

from desktop.domain.answers import Answer, AnswerMode, AnswerState, Conversation
from desktop.domain.voices import Voice
from desktop.protocol.codec import decode, encode
from desktop.storage.database import Database

_TITLE = 60
_FIRST = "coalesce(attempt_of, id)"
_COLUMNS = (
    f"id, conversation_id, question, asked_at, partial, content, {_FIRST}, chosen, rating, own_words, "
    "(SELECT mode FROM conversations c WHERE c.id = conversation_id)"
)
# what answers of older versions lack
_UNKNOWN = {
    "mode": "strict",
    "thought": "",
    "attempt_of": 0,
    "chosen": True,
    "rating": 0,
    "own_words": None,
    "by_quote": False,
}


class Conversations:
    """The one writer of conversations. An answer without content was interrupted, or is under way."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def start_answer(
        self,
        conversation_id: int | None,
        question: str,
        voice: Voice | None = None,
        mode: AnswerMode | None = None,
        attempt_of: int | None = None,
    ) -> tuple[int, int]:
        """(answer id, conversation id) of a question just asked; None starts a conversation, with this voice.

        `attempt_of`: the first answer to the same question; the new one is chosen in place of the others.
        """
        now = time.time()
        question = _plain(question)
        with self._database.transaction() as connection:
            if conversation_id is None:
                title = " ".join(question.split())[:_TITLE]
                cursor = connection.execute(
                    "INSERT INTO conversations (title, updated_at, voice) VALUES (?, ?, ?)",
                    (title, now, _kept_voice(voice)),
                )
                conversation_id = int(cursor.lastrowid or 0)
            connection.execute(
                "UPDATE conversations SET updated_at = ?, mode = coalesce(?, mode) WHERE id = ?",
                (now, mode, conversation_id),
            )
            if attempt_of is not None:
                connection.execute(f"UPDATE answers SET chosen = 0 WHERE {_FIRST} = ?", (attempt_of,))
            cursor = connection.execute(
                "INSERT INTO answers (conversation_id, question, asked_at, state, attempt_of) "
                "VALUES (?, ?, ?, 'interrupted', ?)",
                (conversation_id, question, now, attempt_of),
            )
        return int(cursor.lastrowid or 0), conversation_id

    def voice(self, conversation_id: int) -> Voice | None:
        """None where it was never chosen, or can't be read any more."""
        row = self._database.row("SELECT voice FROM conversations WHERE id = ?", conversation_id)
        try:
            return decode(Voice, json.loads(row[0])) if row is not None and row[0] else None
        except ValueError:
            return None

    def set_voice(self, conversation_id: int, voice: Voice) -> None:
        with self._database.transaction() as connection:
            values = (_kept_voice(voice), conversation_id)
            connection.execute("UPDATE conversations SET voice = ? WHERE id = ?", values)

    def keep_partial(self, answer_id: int, text: str) -> None:
        with self._database.transaction() as connection:
            connection.execute("UPDATE answers SET partial = ? WHERE id = ?", (_plain(text), answer_id))

    def finish_answer(self, answer: Answer) -> None:
        with self._database.transaction() as connection:
            connection.execute(
                "UPDATE answers SET state = ?, content = ?, partial = '' WHERE id = ?",
                (answer.state.value, json.dumps(encode(answer)), answer.id),
            )

    def exists(self, conversation_id: int) -> bool:
        """Deleted ones don't: what is asked in them would be purged with them."""
        sql = "SELECT 1 FROM conversations WHERE id = ? AND deleted_at IS NULL"
        return self._database.row(sql, conversation_id) is not None

    def answers(self, conversation_id: int) -> tuple[Answer, ...]:
        """All attempts, in the order of their questions; one at each question is chosen."""
        rows = self._database.rows(
            f"SELECT {_COLUMNS} FROM answers WHERE conversation_id = ? ORDER BY {_FIRST}, id", conversation_id
        )
        return with_one_chosen(map(_answer, rows))

    def answer(self, answer_id: int) -> Answer | None:
        row = self._database.row(f"SELECT {_COLUMNS} FROM answers WHERE id = ?", answer_id)
        return _answer(row) if row is not None else None

    def choose_attempt(self, answer_id: int) -> None:
        with self._database.transaction() as connection:
            connection.execute(
                f"UPDATE answers SET chosen = (id = ?) WHERE {_FIRST} = (SELECT {_FIRST} FROM answers WHERE id = ?)",
                (answer_id, answer_id),
            )

    def rate(self, answer_id: int, rating: int) -> None:
        with self._database.transaction() as connection:
            connection.execute("UPDATE answers SET rating = ? WHERE id = ?", (rating, answer_id))

    def keep_own_words(self, answer_id: int, text: str | None) -> None:
        """What the user wrote in place of an answer, which stays as it was; None takes it away."""
        with self._database.transaction() as connection:
            words = None if text is None else _plain(text)
            connection.execute("UPDATE answers SET own_words = ? WHERE id = ?", (words, answer_id))

    def mode(self, conversation_id: int) -> AnswerMode:
        row = self._database.row("SELECT mode FROM conversations WHERE id = ?", conversation_id)
        return AnswerMode(row[0]) if row is not None else AnswerMode.STRICT

    def set_mode(self, conversation_id: int, mode: AnswerMode) -> None:
        with self._database.transaction() as connection:
            connection.execute("UPDATE conversations SET mode = ? WHERE id = ?", (mode, conversation_id))

    def title(self, conversation_id: int) -> str:
        row = self._database.row("SELECT title FROM conversations WHERE id = ?", conversation_id)
        return str(row[0]) if row is not None else ""

    def recent_questions(self, most: int) -> tuple[str, ...]:
        """The latest that were answered from files or refused, as they were understood; each once."""
        sql = (
            "SELECT coalesce(json_extract(a.content, '$.standalone'), a.question) AS asked, max(a.id) AS latest "
            "FROM answers a JOIN conversations c ON c.id = a.conversation_id "
            "WHERE c.deleted_at IS NULL AND a.state = 'finished' GROUP BY asked ORDER BY latest DESC LIMIT ?"
        )
        return tuple(str(row[0]) for row in self._database.rows(sql, most))

    def list(self, containing: str, offset: int, limit: int) -> tuple[tuple[Conversation, ...], int]:
        """One page, newest first, of those whose title, questions or answers hold the words; and how many in all."""
        where, values = "c.deleted_at IS NULL", list[Any]()
        if containing:
            where += (
                " AND (instr(folded(c.title), ?) OR EXISTS (SELECT 1 FROM answers a WHERE a.conversation_id = c.id "
                "AND (instr(folded(a.question), ?) OR instr(folded(coalesce(json_extract(a.content, '$.text'), "
                "a.partial)), ?) OR instr(folded(coalesce(a.own_words, '')), ?))))"
            )
            values = [_plain(containing).casefold()] * 4
        total = self._database.count(f"SELECT count(*) FROM conversations c WHERE {where}", *values)
        rows = self._database.rows(
            f"SELECT c.id, c.title, c.updated_at, (SELECT count(DISTINCT {_FIRST}) FROM answers a "
            "WHERE a.conversation_id = c.id) "
            f"FROM conversations c WHERE {where} ORDER BY c.updated_at DESC, c.id DESC LIMIT ? OFFSET ?",
            *values,
            limit,
            offset,
        )
        return tuple(Conversation(*row) for row in rows), total

    def rename(self, conversation_id: int, title: str) -> None:
        with self._database.transaction() as connection:
            connection.execute("UPDATE conversations SET title = ? WHERE id = ?", (_plain(title), conversation_id))

    def delete(self, conversation_id: int) -> None:
        """Hides it; `restore` brings it back until `purge_deleted`."""
        self._set_deleted(conversation_id, time.time())

    def restore(self, conversation_id: int) -> None:
        self._set_deleted(conversation_id, None)

    def purge_deleted(self) -> None:
        """Deleted conversations are gone from disk."""
        if not self._database.count("SELECT count(*) FROM conversations WHERE deleted_at IS NOT NULL"):
            return  # nothing is written at a start that needn't be: another program may hold the library
        with self._database.transaction() as connection:
            inner = "SELECT id FROM conversations WHERE deleted_at IS NOT NULL"
            connection.execute(f"DELETE FROM answers WHERE conversation_id IN ({inner})")
            connection.execute("DELETE FROM conversations WHERE deleted_at IS NOT NULL")

    def delete_citing(self, folder: str) -> int:
        """Deletes for good the answers that were made from files below `folder` (or from this file); how many."""
        with self._database.transaction() as connection:
            rows = connection.execute("SELECT id, content FROM answers WHERE content IS NOT NULL")
            citing = [(answer_id,) for answer_id, content in rows if _cites(_read(content), folder)]
            connection.executemany("DELETE FROM answers WHERE id = ?", citing)
            connection.execute("DELETE FROM conversations WHERE id NOT IN (SELECT conversation_id FROM answers)")
        return len(citing)

    def _set_deleted(self, conversation_id: int, when: float | None) -> None:
        with self._database.transaction() as connection:
            connection.execute("UPDATE conversations SET deleted_at = ? WHERE id = ?", (when, conversation_id))


def _kept_voice(voice: Voice | None) -> str:
    return json.dumps(encode(voice)) if voice is not None else ""


def _plain(text: str) -> str:
    # half a character (typed, or from the terminal) is nothing that SQLite can keep
    return text.encode("utf-8", "replace").decode("utf-8")


def _cites(answer: Answer, folder: str) -> bool:
    files = {footnote.file for footnote in answer.footnotes} | {passage.file for passage in answer.passages}
    return any(file == folder or file.startswith(os.path.join(folder, "")) for file in files)


def with_one_chosen(answers: Iterable[Answer]) -> tuple[Answer, ...]:
    """The answers of a conversation, with the last attempt chosen where none is: the chosen one may be forgotten."""
    made = list(answers)
    last = {answer.attempt_of: place for place, answer in enumerate(made)}
    for answer in made:
        if answer.chosen:
            last.pop(answer.attempt_of, None)
    for place in last.values():
        made[place] = dataclasses.replace(made[place], chosen=True)
    return tuple(made)


def _read(content: str) -> Answer:
    """A stored answer; one of an older Footnote lacks what it did not know."""
    value: dict[str, Any] = {"format": "plain", "problems": [], **_UNKNOWN, **json.loads(content)}
    for sentence in value["sentences"]:
        sentence.setdefault("missing", [])
    for footnote in value["footnotes"]:
        footnote.setdefault("place", "")
    for passage in value["passages"]:
        passage.setdefault("place", "")
        passage.setdefault("header", "")
        if passage.setdefault("why", None) is not None:
            passage["why"] = {"name_words": [], "rerank": None, **passage["why"]}
    return decode(Answer, value)


def _answer(row: tuple[Any, ...]) -> Answer:
    answer_id, conversation_id, question, asked_at, partial, content, first, chosen, rating, own_words, mode = row
    answer = _read(content) if content else _begun(answer_id, conversation_id, question, asked_at, partial, mode)
    return dataclasses.replace(answer, attempt_of=first, chosen=bool(chosen), rating=rating, own_words=own_words)


def _begun(answer_id: int, conversation_id: int, question: str, asked_at: float, partial: str, mode: str) -> Answer:
    return Answer(
        id=answer_id,
        conversation_id=conversation_id,
        question=question,
        standalone=question,
        text=partial,
        refused=False,
        state=AnswerState.INTERRUPTED,
        sentences=(),
        footnotes=(),
        passages=(),
        model="",
        tones=(),
        asked_at=asked_at,
        seconds=0.0,
        coverage="",
        mode=AnswerMode(mode),
    )
