"""The questions that tones are tried with: the user's list, else those asked before, else made from passages.

Those of the first trial become the list, so that every tone after it meets the same ones, until the user changes them.
"""

import re
from collections.abc import Iterator, Mapping

from desktop.settings.store import SettingsFile
from desktop.storage.analysis import language_of
from desktop.storage.conversations import Conversations
from desktop.storage.database import Database
from desktop.storage.sampling import SampledPassage, sample_passages

MOST = 10
_FEWEST_ASKED = 5
_LONGEST = 300
_ABOUT: Mapping[str, str] = {
    "english": "What does {file} say about {topic}?",
    "german": "Was steht in {file} über {topic}?",
    "french": "Que dit {file} sur {topic} ?",
    "spanish": "¿Qué dice {file} sobre {topic}?",
    "italian": "Che cosa dice {file} su {topic}?",
    "portuguese": "O que diz {file} sobre {topic}?",
    "dutch": "Wat zegt {file} over {topic}?",
}


class TruthQuestions:
    """`own` are the user's; both lists hold at most `MOST`."""

    def __init__(self, settings: SettingsFile, conversations: Conversations, database: Database) -> None:
        self._settings, self._conversations, self._database = settings, conversations, database

    def own(self) -> tuple[str, ...]:
        lines = str(self._settings.get("truth_questions")).splitlines()
        return tuple(dict.fromkeys(line.strip()[:_LONGEST] for line in lines if line.strip()))[:MOST]

    def kept(self) -> tuple[str, ...]:
        """As `questions`, which are the list from now on; too few are not kept, since the library may be new."""
        questions = self.questions()
        if len(questions) >= _FEWEST_ASKED and questions != self.own():
            self._settings.set("truth_questions", "\n".join(questions))
        return questions

    def questions(self) -> tuple[str, ...]:
        if own := self.own():
            return own
        recent = self._conversations.recent_questions(MOST)
        asked = tuple(dict.fromkeys(" ".join(question.split())[:_LONGEST].strip() for question in recent))
        if len(asked) >= _FEWEST_ASKED:
            return asked
        made = made_questions(sample_passages(self._database, 4 * MOST))
        return tuple(dict.fromkeys((*asked, *made)))[:MOST]


def made_questions(passages: tuple[SampledPassage, ...]) -> tuple[str, ...]:
    """One for each passage that says what it is about, different files first."""
    by_file: dict[str, list[str]] = {}
    for passage in passages:
        if topic := _topic(passage):
            template = _ABOUT.get(language_of(passage.text), _ABOUT["english"])
            by_file.setdefault(passage.file, []).append(template.format(file=_called(passage.file), topic=topic))
    return tuple(dict.fromkeys(_in_turns(list(by_file.values()))))


def _in_turns(lists: list[list[str]]) -> Iterator[str]:
    for place in range(max(map(len, lists), default=0)):
        yield from (some[place] for some in lists if place < len(some))


def _called(file: str) -> str:
    return re.sub(r"[\s_-]+", " ", file.rsplit(".", 1)[0]).strip()


def _topic(passage: SampledPassage) -> str:
    """The nearest heading, else the first two long words that stand there more than once."""
    heading = re.split(r"\s*[›>|\n]\s*", passage.heading)[-1]
    words = re.sub(r"^[\d.§()\s]+", "", heading).strip(" :.#")
    if 3 <= len(words) <= 80:
        return words
    long = re.findall(r"[^\W\d_]{6,}", passage.text)
    often = [word for word in dict.fromkeys(long) if long.count(word) > 1][:2]
    return " & ".join(often or long[:1])
