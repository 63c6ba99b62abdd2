"""Makes a follow-up question stand alone, so that it can be searched: by the model, else by adding earlier words.

Decides by cheap signs whether that is needed at all. Searches nothing.
"""

import re
from collections.abc import Sequence

from desktop.answering.interfaces import Generator
from desktop.answering.vocabulary import ASKING_WORDS, POINTING_WORDS
from desktop.protocol.runner_messages import Turn
from desktop.storage.analysis import content_terms, language_of

_CONTINUES = re.compile(
    r"\s*(?:and|but|so|also|what about|how about|why|how come|what else|und|aber|auch|wie steht|was ist mit|warum|et|"
    r"mais|pourquoi|qu'en est|y|pero|por qué|e|ma|perché|mas|en|maar|waarom)\b",
    re.IGNORECASE,
)
_CJK_POINTING = re.compile(r"[它他她这那其]|これ|それ|あれ|^(?:那|还有|为什么)")
_FEWEST_WORDS = 3
_LONGEST_GROWTH = 220
_EARLIER_CHARACTERS = 300
_TASK = (
    "Rewrite the last question so that it can be understood alone: put the names that it leaves out or points to "
    "in their place. Keep everything else. Reply with the question only."
)


def needs_rewriting(question: str, earlier: Sequence[tuple[str, str]]) -> bool:
    """Whether a question leans on the ones before: it points, continues, or is too short to say what it is about."""
    if not earlier:
        return False
    words = [word.lower() for word in re.findall(r"[^\W\d_]+", question)]
    if re.search(r"[\u3040-\u9fff]", question):
        return bool(_CJK_POINTING.search(question)) or len(question.strip()) <= 6
    asks_little = len([w for w in words if w not in ASKING_WORDS]) < _FEWEST_WORDS
    return asks_little or bool(_CONTINUES.match(question)) or any(word in POINTING_WORDS for word in words)


def rewritten(question: str, earlier: Sequence[tuple[str, str]], generator: Generator | None, max_tokens: int) -> str:
    """The question as it can be searched; the original with earlier words when the model's rewrite is no good."""
    if generator is not None:
        before, answer = earlier[-1]
        asked = (
            f"Earlier question: {before[:_EARLIER_CHARACTERS]}\nAnswer: {answer[:_EARLIER_CHARACTERS]}\n"
            f"Last question: {question}"
        )
        turns = (Turn("system", _TASK), Turn("user", asked))
        reply = generator.generate(turns, max_tokens=max_tokens, stop=("\n",), on_text=lambda _words: None).text
        candidate = _cleaned(reply)
        if _is_good(candidate, question, earlier[-1]):
            return candidate
    return with_earlier_words(question, earlier)


def with_earlier_words(question: str, earlier: Sequence[tuple[str, str]]) -> str:
    """The question followed by the question before it, as words to search by."""
    known = set(content_terms(question))
    words = [w for w in re.findall(r"\w+(?:[-'’]\w+)*", earlier[-1][0]) if w.lower() not in ASKING_WORDS]
    added = [word for word in words if not set(content_terms(word)) <= known]
    return f"{question.strip()} ({' '.join(added)})" if added else question.strip()


def _cleaned(reply: str) -> str:
    line = reply.strip().split("\n")[0].strip()
    return re.sub(r"^(?:(?:rewritten |last |standalone )?question\s*:)\s*", "", line, flags=re.IGNORECASE).strip(
        "\"'“” "
    )


def _is_good(candidate: str, question: str, last: tuple[str, str]) -> bool:
    """Keeps what was asked, adds only words of the conversation, stays a question of the same length and kind."""
    if not candidate or len(candidate) > len(question) + _LONGEST_GROWTH or candidate == question:
        return False
    languages = tuple({"english", language_of(f"{question} {last[0]} {last[1]}")})
    new, old = set(content_terms(candidate, languages)), set(content_terms(question, languages))
    known = old | set(content_terms(" ".join(last), languages)) | set(content_terms(" ".join(ASKING_WORDS)))
    kept = {term for term in old if term not in _ignored(languages)}
    return len(kept & new) >= 0.6 * len(kept) and len(new - known) <= 1 and bool(new - old)


def _ignored(languages: tuple[str, ...]) -> set[str]:
    return set(content_terms(" ".join((*POINTING_WORDS, *ASKING_WORDS)), languages))
