"""Words as the keyword index and the checker see them: lower case, accents folded, stemmed; characters and pairs of
them for Chinese, Japanese and Korean. Used for what is indexed and for what is asked alike, so that both always agree.
"""

import re
import threading
import unicodedata
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import Stemmer

# counts changes to what is kept of a text: the index is made again under a new number
ANALYSIS_VERSION = 4

# identifiers such as INV-2024-0031 or 8.2 are kept whole beside their parts
_WORD = re.compile(r"[^\W_]+(?:[-./:_'’][^\W_]+)*", re.UNICODE)
_PART = re.compile(r"[^\W_]+", re.UNICODE)
_RUN_TOGETHER = re.compile(r"_|(?<=[a-z])(?=[A-Z])|(?<=[A-Za-z])(?=[0-9])|(?<=[0-9])(?=[A-Za-z])")
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uac00-\ud7af]+")

# the commonest function words tell a language apart well enough to pick a stemmer
_FUNCTION_WORDS = """
english the of and to in is that for it was with as his on be at by not are this
german der die und das ist nicht den mit von zu ein eine auf für im dem des sich auch wird
french le la les des et est une du dans que qui pour pas sur au plus par avec ce sont
spanish el los las de que y en una por con para es del se no al lo como más su
italian il di che e la per un una in non sono del della con gli si le dei è da
portuguese o os as de que e em uma para com não do da no na por é se mais ao
dutch de het een en van is dat op te in niet zijn met voor er aan ook als bij door
swedish och att det som en på är av för med till den har de inte om ett han var jag
"""
_MARKERS = {line.split()[0]: frozenset(line.split()[1:]) for line in _FUNCTION_WORDS.strip().splitlines()}
_MARKER_SHARE = 0.05  # of the words; fewer are strays, as in a Chinese text with some names
# beside those above, words that questions are made of and passages are not told apart by
_ASKING_WORDS = """
english an or were been being has have had do does did will would can could should may might must about into than then
english there these those which who whom whose what when where why how if but so such any some their they them he she
english his her him you your we our i my me its also between during before after while more most other s t d ll re ve
german einer einem einen eines oder aber sind war waren wird werden wurde wurden hat haben hatte hatten sein seine
german ihr ihre zum zur bei nach aus am als es er sie wir ich man wie was wer wen wem wo wann warum welche welcher
german welches welchen welchem wohin woher wieviel viele dass durch über unter um bis kann können diese dieser dieses
french un ce cette ces il elle ils elles nous vous je on ou où quel quelle quels quelles quand comment pourquoi qu
french quoi combien été être avoir ont fait aux d l s n c j y
spanish un unos unas qué quién quiénes cuál cuáles cuándo dónde cómo cuánto cuántos fue son está han ha sobre su sus
italian lo gli uno al alla da dal come quando dove quale quali chi cosa perché quanto quanti era sono stato ha hanno l
portuguese um as ao dos das qual quais quem quando onde como quanto quantos foi são está tem sua seu por
dutch wat wie waar wanneer waarom hoe welke welk hoeveel werd was zijn heeft had hebben worden wordt uit of maar
swedish ett vad vem vilka vilken vilket när var varför hur många mycket är blev har hade kan ska från eller men
"""
_STOP_BY_LANGUAGE = {
    language: marked.union(
        *(line.split()[1:] for line in _ASKING_WORDS.strip().splitlines() if line.split()[0] == language)
    )
    for language, marked in _MARKERS.items()
}
# Chinese and Japanese write no spaces: what only asks is cut out of a question, lest it pairs with its neighbours
_CJK_ASKING = re.compile(
    "为什么|為什麼|什么时候|什么|什麼|甚麼|哪一个|哪一|哪些|哪个|哪個|哪里|哪裡|哪位|哪种|哪|谁|誰|多少|多久|几个|幾個|如何|怎样|怎麼|怎么"
    "|何时|何時|何地|是否|请问|請問|吗|嗎|呢"
    "|なぜ|どうして|どのように|どのような|どこ|どれ|どの|どんな|いつ|いくつ|いくら|何|ですか|ますか|でしょうか|ましたか"
)
# their commonest characters stand in every text
_CJK_STOP = frozenset("的了是在和有与與及也就都而之其被把对對于於这這那个個们們はがをにのでともへやか")
_STOP_WORDS = "a an the of and or to in is are was were be for on at by with as it its this that from"
STOP_TERMS = frozenset(_STOP_WORDS.split())


def analyse(text: str, languages: Iterable[str] = ("english",)) -> list[str]:
    """The terms of a text in order: per word its stem in each of the languages, identifiers whole and in parts."""
    tongues = tuple(languages) or ("english",)
    terms: list[str] = []
    for match in _WORD.finditer(unicodedata.normalize("NFKC", text)):
        terms.extend(_terms(match.group().lower(), tongues))
    return terms


def content_terms(text: str, languages: Iterable[str] = ("english",)) -> list[str]:
    """Like `analyse`, without the commonest function words (unless nothing else is left)."""
    terms = analyse(text, languages)
    return [term for term in terms if term not in STOP_TERMS] or terms


def query_terms(question: str, languages: Iterable[str] = ("english",)) -> list[str]:
    """The terms to search for: those of the words that carry meaning in the question's language, or else of all."""
    stop = _STOP_BY_LANGUAGE[language_of(question)] | _CJK_STOP
    tongues = tuple(languages) or ("english",)
    words = [match.group().lower() for match in _WORD.finditer(_without_asking(question))]
    terms = [term for word in words if word not in stop for term in _terms(word, tongues) if term not in stop]
    return terms or analyse(question, tongues)


def words_and_terms(question: str, languages: Iterable[str] = ("english",)) -> list[tuple[str, frozenset[str]]]:
    """The words of a question that are searched for, as it writes them, each with its terms."""
    stop = _STOP_BY_LANGUAGE[language_of(question)]
    tongues = tuple(languages) or ("english",)
    words = [match.group() for match in _WORD.finditer(_without_asking(question))]
    asked = [(word, frozenset(_terms(word.lower(), tongues))) for word in words]
    return [pair for pair in asked if pair[0].lower() not in stop] or asked


def _without_asking(question: str) -> str:
    return _CJK_ASKING.sub(" ", unicodedata.normalize("NFKC", question))


def name_words(path: str) -> str:
    """The words of a file's path as they are written, folded: what a name that is being typed begins like."""
    return " ".join(_PART.findall(_fold(unicodedata.normalize("NFKC", _parted(path)).lower())))


def name_terms(path: str) -> str:
    """The terms of a file's path: those of `analyse`, and of the words that its names are run together from."""
    return " ".join(dict.fromkeys((*analyse(path), *analyse(_parted(path)))))


def _parted(name: str) -> str:
    return _RUN_TOGETHER.sub(" ", name)


def language_of(text: str) -> str:
    """The language whose function words are most frequent in the first 20,000 characters; English when unsure."""
    words = Counter(_PART.findall(text[:20_000].lower()))
    counts = {name: sum(words[marker] for marker in markers) for name, markers in _MARKERS.items()}
    best = max(counts, key=lambda name: counts[name])
    enough = max(2, 1.15 * counts["english"], _MARKER_SHARE * words.total())
    return best if counts[best] >= enough else "english"


@lru_cache(maxsize=200_000)
def _terms(word: str, languages: tuple[str, ...]) -> tuple[str, ...]:
    if _CJK.search(word):
        return _cjk_terms(word)
    parts = _PART.findall(word)
    if len(parts) == 1:
        return _stems(word, languages)
    whole = (word,) if any(character.isdigit() for character in word) else ()
    return whole + tuple(stem for part in parts for stem in _stems(part, languages))


def _stems(word: str, languages: tuple[str, ...]) -> tuple[str, ...]:
    if any(character.isdigit() for character in word):
        return (word,)
    return tuple(dict.fromkeys(_fold(_stem(word, language)) for language in languages))


def _cjk_terms(word: str) -> tuple[str, ...]:
    terms: list[str] = []
    last = 0
    for match in _CJK.finditer(word):
        terms.extend(_PART.findall(word[last : match.start()]))
        run = match.group()
        terms.extend([run[i : i + 2] for i in range(len(run) - 1)])
        terms.extend(run)
        last = match.end()
    terms.extend(_PART.findall(word[last:]))
    return tuple(terms)


@lru_cache(maxsize=64)
def _stemmer(language: str, _thread: int) -> Any:
    return Stemmer.Stemmer(language)


def _stem(word: str, language: str) -> str:
    # a stemmer keeps the word it is at: indexing and a question at the same time would mix theirs
    return str(_stemmer(language, threading.get_ident()).stemWord(word))


def _fold(word: str) -> str:
    if word.isascii():
        return word
    return "".join(c for c in unicodedata.normalize("NFKD", word) if not unicodedata.combining(c))
