"""Decides that the files don't answer a question, and says so in the question's language.

Knows three signs: nothing that was found comes near the question, a model that says it can't find it, and nothing
supported. The thresholds were read off development sets: the curves are in tests/benchmarks/refusing.svg, made by
`python3 -m installer bench answer --thresholds`.
"""

import re
from collections.abc import Iterable, Sequence

from desktop.answering.checking import Checked
from desktop.answering.evidence import Evidence, Unit
from desktop.answering.facts import folded
from desktop.answering.vocabulary import ASKING_STEMS, EVERYDAY_STEMS
from desktop.domain.answers import Support
from desktop.storage.analysis import language_of

# below this closeness no model is asked; where no meanings can be had, below this share of the question's words
TOO_FAR = 0.95
TOO_WEAK = 0.3
# whoever asks for a summary or a list comes near no sentence; with so many of its words found, a model may try
ENOUGH_WORDS = 0.75
# from this on the files' own words answer where what a model wrote is not carried
CLOSE = 1.4
# below this, what carries the answer is about something else: the question's share plus part of the sentence's score
OFF_QUESTION = 0.62
_SCORE_PART = 0.4
# a sentence of fewer telling words than this is found in too many places to prove much
_TELLING_WORDS = 4
# a quote answers with less certainty than a sentence written for the question: closeness, and share without meanings
QUOTES_CLOSE = 1.0
QUOTES_FROM = 0.42
# sentences to either side that still speak of the same thing
_REACH = 3
_TEXTS = {
    "english": "I could not find this in your files.",
    "german": "Das habe ich in Ihren Dateien nicht gefunden.",
    "french": "Je n’ai pas trouvé cela dans vos fichiers.",
    "spanish": "No he encontrado esto en sus archivos.",
    "italian": "Non l’ho trovato nei tuoi file.",
    "portuguese": "Não encontrei isto nos seus ficheiros.",
    "dutch": "Dit heb ik niet in uw bestanden gevonden.",
    "swedish": "Jag hittade inte detta i dina filer.",
    "chinese": "在您的文件中没有找到相关内容。",
    "japanese": "ファイルの中には見つかりませんでした。",
    "korean": "파일에서 찾을 수 없습니다.",
}
_MODEL_REFUSES = re.compile(
    r"\b(?:(?:do|does|did|is|are|was|were|has|have)(?: not|n['’]t) (?:\w+ ){0,2}?(?:mention|provide|contain|specif|say|"
    r"state|include|given|discuss|address|available|answer|indicate|give)\w*"
    r"|not (?:mentioned|provided|specified|stated|found|given|available|included)"
    r"|not in the (?:sources?|text|context|files?)"
    r"|no (?:information|mention|details?)|cannot (?:be )?(?:answer|determin|find|found)\w*|could ?n[o']t find|"
    r"unable to (?:find|answer|determine)|(?:i['’]m |i am )?sorry\b|as an ai\b|"
    r"nicht (?:erwähnt|angegeben|gefunden|enthalten|genannt)|keine (?:information|angabe)\w*|"
    r"ne (?:mentionne|contien|précis|fourni)\w* pas|no (?:se )?(?:menciona|especifica|indica|proporciona)|"
    r"non (?:è |viene |sono )?(?:menzionat|specificat|indicat|fornit)\w*|niet (?:vermeld|genoemd|gevonden))"
    r"|没有(?:提到|提及|找到|说明|提供)|未(?:提及|提到|说明)|見つかりません|記載(?:されて)?(?:いません|がありません)",
    re.IGNORECASE,
)
_ABOUT_SOURCES = re.compile(
    r"source|text|document|file|passage|context|information|provided|given|mention|quelle|datei|texte|archiv|fonti|"
    r"bron|sorry|cannot|unable|could ?n|资料|文件|来源|文中|ソース|資料",
    re.IGNORECASE,
)


def refusal_text(question: str) -> str:
    """One sentence in the question's language, English where it is unknown."""
    return _TEXTS[_script_of(question) or language_of(question)]


def closeness(evidence: Evidence) -> float | None:
    """How near some sentence comes to the question, 0 to 3: by the question's words around it, pieces of words in it
    and its meaning; None where no meanings can be had.
    """
    if not evidence.meanings:
        return None
    weights, pieces = _question_weights(evidence), evidence.pieces.shares(evidence.question)
    compared = zip(evidence.units, pieces, evidence.meanings, strict=False)
    near = (_share_near(evidence, weights, unit) + piece + meaning for unit, piece, meaning in compared)
    return max(near) / evidence.usual_closeness


def is_too_far(evidence: Evidence) -> bool:
    """Whether what was found is too weak for any answer."""
    close = closeness(evidence)
    if close is None:
        return question_share(evidence, evidence.units) < TOO_WEAK
    return close < TOO_FAR and question_share(evidence, evidence.units) < ENOUGH_WORDS


def are_quotes_enough(evidence: Evidence, units: Sequence[Unit]) -> bool:
    """Whether the files' own words, alone, answer."""
    close = closeness(evidence)
    if close is None:
        return question_share(evidence, units) >= QUOTES_FROM
    return bool(units) and close >= QUOTES_CLOSE


def can_quote_instead(evidence: Evidence) -> bool:
    """Whether the files' own words can stand in for an answer that they don't carry."""
    return (closeness(evidence) or 0.0) >= CLOSE


def is_answered(evidence: Evidence, checks: Iterable[Checked]) -> bool:
    """Whether some supported sentence stands where the question's words stand: both shares are weighed together."""
    carried = [check for check in checks if check.support in (Support.SUPPORTED, Support.PARTLY)]
    return any(question_share(evidence, check.units) + _proof(check) >= OFF_QUESTION for check in carried)


def _proof(check: Checked) -> float:
    return _SCORE_PART * check.score * min(1.0, check.terms / _TELLING_WORDS)


def model_refuses(answer: str) -> bool:
    """Whether the model says that the sources don't say it, in a short answer or its first sentence."""
    opening = answer.strip()[:260]
    return bool(_MODEL_REFUSES.search(opening)) and bool(_ABOUT_SOURCES.search(opening))


def question_share(evidence: Evidence, units: Iterable[Unit]) -> float:
    """The largest weighted share of the question's telling words around one of these units, 0 to 1."""
    weights = _question_weights(evidence)
    if not weights:
        return 1.0
    return max((_share_near(evidence, weights, unit) for unit in units), default=0.0)


def _question_weights(evidence: Evidence) -> dict[str, float]:
    """Names say most what a question is about, everyday words least, question words nothing."""
    named = {word for name in evidence.question_facts.names for word in folded(name)}
    return {
        term: evidence.weight(term) * (1.5 if term in named else 1.0) * (0.4 if term in EVERYDAY_STEMS else 1.0)
        for term in evidence.question_terms - ASKING_STEMS
    }


def _share_near(evidence: Evidence, weights: dict[str, float], unit: Unit) -> float:
    near = evidence.near(evidence.units.index(unit), _REACH)
    held = unit.terms.union(evidence.context_terms[unit.passage], *(other.terms for other in near))
    return evidence.held(weights, held) / evidence.usual_share


def _script_of(question: str) -> str:
    if re.search(r"[\u3040-\u30ff]", question):
        return "japanese"
    if re.search(r"[\uac00-\ud7af]", question):
        return "korean"
    return "chinese" if re.search(r"[\u4e00-\u9fff]", question) else ""
