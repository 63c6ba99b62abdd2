"""Makes a follow-up question stand alone, so that it can be searched: by the model, else by adding earlier words; and
says from what was found whether that helped.

Whether a question needs it is told in `leaning`. Searches nothing itself.
"""

import re
from collections.abc import Sequence

from desktop.answering.interfaces import Generator
from desktop.answering.vocabulary import ASKING_STEMS, ASKING_WORDS, EVERYDAY_STEMS, POINTING_WORDS
from desktop.domain.answers import FoundPassage
from desktop.domain.errors import UserError
from desktop.protocol.runner_messages import Turn
from desktop.storage.analysis import content_terms, language_of

_LONGEST_GROWTH = 220
_EARLIER_CHARACTERS = 200
_LEAST_KEPT = 0.5
_MOST_NEW = 1
_BEST = 5
# two searches of equal worth differ by so much in cosine
_MARGIN = 0.02
_TASK = (
    "Rewrite the follow-up question so that it can be understood alone: put the names and things that it leaves out or "
    "points to in their place. Keep its own words and its language. Reply with the question only."
)
# question, answer, follow-up, rewritten: one for each way to lean
_EXAMPLES = (
    ("When was the Eiffel Tower built?", "In 1889.", "Who designed it?", "Who designed the Eiffel Tower?"),
    ("How much is the train to Lyon?", "It costs 80 euros.", "And the bus?", "How much is the bus to Lyon?"),
    ("Wer schrieb den Faust?", "Goethe.", "Wann wurde er geboren?", "Wann wurde Goethe geboren?"),
    ("When did the factory in Leeds close?", "In 1983.", "Why?", "Why did the factory in Leeds close in 1983?"),
)
# small models copy "What about the bus?" but complete "And the bus?"; before a whole question the words only distract
_GOES_ON = (
    (re.compile(r"\s*(?:(?:and|but|so|also|what about|how about)\b[\s,]*)+", re.IGNORECASE), "And"),
    (re.compile(r"\s*(?:(?:und|aber|auch|was ist mit|wie steht es mit)\b[\s,]*)+", re.IGNORECASE), "Und"),
)
_ASKS = re.compile(
    r"(?:(?:in|on|at|of|for|from|to|by|with|after|until|bis|seit|ab|von|an|auf|mit) )?"
    r"(?:what|which|who[a-z]*|when|where|why|how|is|are|was|were|do|does|did|can|could|may|will|would|should|has|have|"
    r"wer|wen|wem|wann|wo|warum|wie|welche[a-z]*|ist|sind|hat|haben|kann|muss|wird)\b",
    re.IGNORECASE,
)
# words in quotes and beginnings of words are orders to the search
_ORDERS = re.compile(r"[\"“”„«»][^\"“”„«»]+[\"“”„«»]|\w+\*")


def rewritten(question: str, earlier: Sequence[tuple[str, str]], generator: Generator | None, max_tokens: int) -> str:
    """The question as it can be searched; the original with earlier words when the model's rewrite is no good."""
    if generator is not None:
        candidate = _cleaned(_reply(generator, _turns(question, earlier[-1]), max_tokens))
        if _is_good(candidate, question, earlier[-1]):
            return candidate
    return with_earlier_words(question, earlier)


def prepare(generator: Generator) -> None:
    """Has the model read what every rewrite begins with, so that the first one is as quick as those after it."""
    _reply(generator, _turns("", ("", "")), 1)


def with_earlier_words(question: str, earlier: Sequence[tuple[str, str]]) -> str:
    """The question followed by the question before it, as words to search by."""
    known = set(content_terms(question))
    common = ASKING_WORDS | POINTING_WORDS
    words = [w for w in re.findall(r"\w+(?:[-'’]\w+)*", earlier[-1][0]) if w.lower() not in common]
    added = [word for word in words if not set(content_terms(word)) <= known]
    return f"{question.strip()} ({' '.join(added)})" if added else question.strip()


def finds_less(rewrite: Sequence[FoundPassage], original: Sequence[FoundPassage]) -> bool:
    """Whether what the rewritten question found is less like it than what the original found is like the original.

    Scores are compared only where no meanings are known: they grow with every word of a question.
    """
    near, nearer = _nearest(rewrite), _nearest(original)
    if near is not None and nearer is not None:
        return near < nearer - _MARGIN
    return _highest(rewrite) < _highest(original)


def _nearest(found: Sequence[FoundPassage]) -> float | None:
    cosines = [p.why.cosine for p in found[:_BEST] if p.why is not None and p.why.cosine is not None]
    return max(cosines, default=None)


def _highest(found: Sequence[FoundPassage]) -> float:
    return max((passage.score for passage in found), default=float("-inf"))


def _turns(question: str, last: tuple[str, str]) -> tuple[Turn, ...]:
    """The same beginning every time, so that the runner need not read it again."""
    turns = [Turn("system", _TASK)]
    for before, answer, follow_up, result in _EXAMPLES:
        turns += [_exchange(before, answer, follow_up), Turn("assistant", result)]
    return (*turns, _exchange(*last, _spelled_out(question)))


def _exchange(before: str, answer: str, follow_up: str) -> Turn:
    texts = (" ".join(text.split())[:_EARLIER_CHARACTERS] for text in (before, answer))
    return Turn("user", "Q: {}\nA: {}\nFollow-up: {}".format(*texts, follow_up.strip()))


def _spelled_out(question: str) -> str:
    for opening, word in _GOES_ON:
        found = opening.match(question)
        if found and found.end() < len(question):
            rest = question[found.end() :]
            return rest[0].upper() + rest[1:] if _ASKS.match(rest) else f"{word} {rest}"
    return question


def _reply(generator: Generator, turns: tuple[Turn, ...], max_tokens: int) -> str:
    try:
        return generator.generate(turns, max_tokens=max_tokens, stop=("\n",), aside=True, on_text=lambda _: None).text
    except UserError:
        # too long for an aside, in a script that takes many tokens: no rewrite is no reason to give no answer
        return ""


def _cleaned(reply: str) -> str:
    line = reply.strip().split("\n")[0].strip()
    return re.sub(r"^(?:(?:rewritten |last |standalone )?question\s*:)\s*", "", line, flags=re.IGNORECASE).strip()


def _is_good(candidate: str, question: str, last: tuple[str, str]) -> bool:
    """Keeps what was asked, adds only words of the conversation, stays a question of the same length and kind."""
    if not candidate or len(candidate) > len(question) + _LONGEST_GROWTH:
        return False
    asks = candidate.endswith(("?", "？")) or not question.rstrip().endswith(("?", "？"))
    if not asks or any(words.casefold() not in candidate.casefold() for words in _wanted(question)):
        return False
    languages = tuple({"english", language_of(f"{question} {last[0]} {last[1]}")})
    new, old = set(content_terms(candidate, languages)), set(content_terms(question, languages))
    said = set(content_terms(" ".join(last), languages))
    kept = old - _ignored(languages)
    foreign = new - old - said - _ignored(languages)
    return len(kept & new) >= _LEAST_KEPT * len(kept) and len(foreign) <= _MOST_NEW and bool((new - old) & said)


def _wanted(question: str) -> list[str]:
    """What a rewrite must hold to the letter: the word that it asks with, and what it orders the search to do."""
    asks = _ASKS.match(_spelled_out(question))
    return [*_ORDERS.findall(question), *(asks.group().split()[-1:] if asks else ())]


def _ignored(languages: tuple[str, ...]) -> set[str]:
    """Terms that say nothing of what a question is about."""
    words = set(content_terms(" ".join((*POINTING_WORDS, *ASKING_WORDS)), languages))
    return words | ASKING_STEMS | EVERYDAY_STEMS
