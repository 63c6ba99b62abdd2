"""A library of texts in memory, a model with a queue of answers, and a listener that remembers."""

import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from desktop.answering.interfaces import Place
from desktop.domain.answers import FoundPassage
from desktop.protocol.runner_messages import Generated, Turn
from desktop.storage.analysis import content_terms


class TextLibrary:
    """Each file is cut at blank lines; passages are ranked by the number of words they share with the question."""

    def __init__(self, files: dict[str, str], titles: dict[str, str] | None = None) -> None:
        self.texts = list(files.values())
        self._titles = titles or {}
        self._passages = [
            FoundPassage(
                0, number, name, match.start(), match.end(), None, match.group(), 0.0, self._titles.get(name, "")
            )
            for number, (name, text) in enumerate(files.items(), start=1)
            for match in re.finditer(r"\S[^\n]*(?:\n[^\n]+)*", text)
        ]
        self.asked: list[str] = []

    def find(self, question: str, limit: int) -> tuple[FoundPassage, ...]:
        self.asked.append(question)
        wanted = set(content_terms(question))
        scored = [
            replace(p, passage_id=number, score=float(len(wanted & set(content_terms(p.text)))))
            for number, p in enumerate(self._passages, start=1)
        ]
        return tuple(sorted((p for p in scored if p.score), key=lambda p: -p.score)[:limit])

    def around(self, passage: FoundPassage, characters: int) -> FoundPassage:
        text = self.texts[passage.file_id - 1]
        spare = max(0, characters - len(passage.text)) // 2
        start, end = max(0, passage.start - spare), min(len(text), passage.end + spare)
        return replace(passage, start=start, end=end, text=text[start:end])

    def place_of(self, file_id: int, start: int, end: int) -> Place:
        heading = next(p.context for p in self._passages if p.file_id == file_id)
        return Place(hashlib.sha256(self.texts[file_id - 1].encode()).hexdigest(), None, heading)

    def likeness(self, text: str, others: Sequence[str]) -> Sequence[float]:
        return ()

    def coverage(self) -> str:
        return "all 3 files"


class QueuedModel:
    """Answers with the next text of its queue, word by word; counts a token for every four characters."""

    def __init__(self, *answers: str, context: int = 4096, reason: str = "stop") -> None:
        self.context = context
        self.prompts: list[tuple[Turn, ...]] = []
        self.asides: list[bool] = []
        self.schemas: list[str] = []
        self._answers = list(answers)
        self._reason = reason

    def count_tokens(self, texts: Sequence[str]) -> tuple[int, ...]:
        return tuple(len(text) // 4 + 1 for text in texts)

    def generate(
        self,
        turns: Sequence[Turn],
        *,
        max_tokens: int,
        temperature: float = 0.0,
        seed: int = 0,
        stop: tuple[str, ...] = (),
        aside: bool = False,
        json_schema: str = "",
        on_text: Callable[[str], None],
    ) -> Generated:
        self.prompts.append(tuple(turns))
        self.asides.append(aside)
        self.schemas.append(json_schema)
        text = self._answers.pop(0)
        for piece in re.findall(r"\S+\s*", text):
            on_text(piece)
        return Generated(text, self._reason, 100, 0, 10, 0.1, 0.2, 0, 0)


class Listening:
    """Remembers what it was told; `cancel` makes it ask for the end from the start."""

    def __init__(self, *, cancel: bool = False) -> None:
        self.stages: list[tuple[str, str]] = []
        self.words = ""
        self.thoughts = ""
        self._cancel = cancel

    def stage(self, name: str, standalone: str) -> None:
        self.stages.append((name, standalone))

    def text(self, words: str) -> None:
        self.words += words

    def thought(self, words: str) -> None:
        self.thoughts += words

    def cancelled(self) -> bool:
        return self._cancel
