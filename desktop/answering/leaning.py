"""Whether a question leans on the ones before it, told by cheap signs: it goes on from them, points back to them, or
says too little alone. Rewrites and searches nothing.

A sign that is wrong costs a second of rewriting; one that is missed costs the answer. So doubt counts as leaning.
"""

import re
from collections.abc import Sequence

from desktop.answering.vocabulary import ASKING_WORDS, POINTING_WORDS, POSSESSIVE_WORDS

LONGEST = 200  # characters; who writes more says what it is about
_FEWEST_WORDS = 3
_CONTINUES = re.compile(
    r"\s*(?:and|but|so|also|what about|how about|how come|what else|which one|und|aber|auch|wie steht|was ist mit|"
    r"et|mais|qu'en est|y|pero|e|ma|mas|en|maar)\b",
    re.IGNORECASE,
)
_CJK = re.compile(r"[\u3040-\u9fff]")
_CJK_POINTING = re.compile(r"[它他她这那其]|これ|それ|あれ|^(?:那|还有|为什么)")
_FEWEST_CJK = 6
_WORD = re.compile(r"[^\W\d_]+")
# capitals inside a question, where nouns don't have them anyway
_NAME = re.compile(r"(?<=\s)[^\W\d_a-zß-ÿ]\w*")
_GERMAN = re.compile(
    r"\s*(?:wer|wen|wem|wann|wo|warum|wie|was|welche[mnrs]?|wieso|gibt|gilt|ist|sind|hat|kann)\b", re.I
)
_CLAUSE = re.compile(r"[,;:]|\b(?:and|or|but|und|oder|aber|et|ou|mais|y|o|pero|e|ma|en|of|maar)\b", re.IGNORECASE)
# words that only look as if they pointed: "is there", "gibt es", the polite "Sie", "the drug that"
_NOT_POINTING = re.compile(
    r"\b(?i:(?:is|are|was|were|be|been)\s+there|there\s+(?:is|are|was|were|be|been)|gibt\s+es|es\s+gibt|one\s+of|"
    r"it\s+take\s+(?:for|to)|this\s+(?:year|month|week|morning|time))\b|(?<=\s)Sie\b|(?<=[^\W\d_]\s)that(?=\s+\w)"
)
_THAT_AFTER = re.compile(
    r"\b(?:do|did|does|is|was|of|in|on|at|to|for|about|after|before|since|by|from|with|like)\s+that\b"
)


def leans_back(question: str, earlier: Sequence[tuple[str, str]]) -> bool:
    """`earlier`: questions and answers of the conversation, oldest first; without them nothing can be leant on."""
    if not earlier or len(question.strip()) > LONGEST:
        return False
    if _CJK.search(question):
        return bool(_CJK_POINTING.search(question)) or len(question.strip()) <= _FEWEST_CJK
    return bool(_CONTINUES.match(question)) or _says_little(question) or _points_back(question)


def _says_little(question: str) -> bool:
    """Fewer than three words of its own, none of them a name."""
    named = _NAME.search(question) and not _GERMAN.match(question)
    return not named and len(_own_words(question)) < _FEWEST_WORDS


def _points_back(question: str) -> bool:
    if _THAT_AFTER.search(question):
        return True
    plain = _NOT_POINTING.sub(lambda found: " " * len(found.group()), question)
    for found in _WORD.finditer(plain):
        word, before = found.group().lower(), question[: found.start()]
        if word in POSSESSIVE_WORDS:
            return not _NAME.search(before) and not _says_what(before)
        if word in POINTING_WORDS:
            return not _says_what(before)
    return False


def _says_what(before: str) -> bool:
    """Whether a clause of its own stands before the pointing word, to which that then points."""
    ends = [found.start() for found in _CLAUSE.finditer(before)]
    return bool(ends) and len(_own_words(before[: ends[-1]])) >= _FEWEST_WORDS


def _own_words(text: str) -> list[str]:
    return [word for word in _WORD.findall(text.lower()) if word not in ASKING_WORDS]
