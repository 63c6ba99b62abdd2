"""The hard facts in a sentence: numbers with units, months, names, negation. They must agree before words count.

Reads one sentence at a time; compares nothing with a source.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from desktop.answering.vocabulary import OPENING_WORDS
from desktop.storage.analysis import analyse

_NUMBER = re.compile(r"\d+(?:[.,'’\u00a0\u202f]\d+)*(?:[½¼¾])?|[½¼¾]")
# thousands apart: "75'941", "75.941" and "75 941" are one word
_GROUPED = re.compile(r"(?<![\d.,'’\u00a0\u202f])\d{1,3}(?:[.,'’\u00a0\u202f]\d{3})+(?!\d)")
_FRACTIONS = {"½": 0.5, "¼": 0.25, "¾": 0.75}
_WORD = re.compile(r"[^\W\d_]+(?:[-'’.&][^\W\d_]+)*\.?")
# without those that are everyday words of another language: "due", "once"
_NUMBER_WORDS = {
    word: str(value)
    for value, words in {
        1: "one first", 2: "two second twice zwei deux dos dois twee",
        3: "three third drei trois tres tre três drie",
        4: "four fourth vier quatre cuatro quattro quatro", 5: "five fifth fünf cinq cinco cinque vijf",
        6: "six sixth sechs seis sei zes", 7: "seven seventh sieben sept siete sette sete zeven",
        8: "eight eighth acht huit ocho otto oito", 9: "nine ninth neun neuf nueve nove negen",
        10: "ten tenth zehn dix diez dieci dez tien", 11: "eleven eleventh elf onze undici",
        12: "twelve twelfth zwölf douze doce dodici twaalf", 13: "thirteen", 14: "fourteen vierzehn", 15: "fifteen",
        16: "sixteen", 17: "seventeen", 18: "eighteen", 19: "nineteen", 20: "twenty zwanzig vingt veinte venti twintig",
        30: "thirty dreißig trente treinta", 40: "forty vierzig", 50: "fifty fünfzig", 60: "sixty", 70: "seventy",
        80: "eighty", 90: "ninety", 100: "hundred hundert cent cien cento honderd",
    }.items()
    for word in words.split()
}  # fmt: skip
_SCALES = {
    "thousand": 10**3, "tausend": 10**3, "mille": 10**3, "mil": 10**3, "million": 10**6, "millions": 10**6,
    "millionen": 10**6, "mio": 10**6, "millones": 10**6, "milioni": 10**6, "billion": 10**9, "billions": 10**9,
    "milliarden": 10**9, "mrd": 10**9, "milliards": 10**9, "trillion": 10**12, "万": 10**4, "亿": 10**8,
}  # fmt: skip
_MONTHS = tuple(
    names.split()
    for names in (
        "january januar janvier enero gennaio janeiro januari jan", "february februar février febrero febbraio feb",
        "march märz mars marzo março maart", "april avril abril aprile apr", "may mai mayo maggio maio mei",
        "june juni juin junio giugno junho jun", "july juli juillet julio luglio julho jul",
        "august août agosto augustus aug", "september septembre septiembre settembre setembro sept sep",
        "october oktober octobre octubre ottobre outubro oct okt",
        "november novembre noviembre novembro nov", "december dezember décembre diciembre dicembre dezembro dec dez",
    )
)  # fmt: skip
# "may" and "mars" are words too: as months they need a capital
_MONTH_NUMBERS = {name: str(number) for number, names in enumerate(_MONTHS, start=1) for name in names}
_ISO_DATE = re.compile(r"\b(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})\b")
_UNITS = {
    "%": "percent", "percent": "percent", "prozent": "percent", "pour cent": "percent", "$": "dollar", "usd": "dollar",
    "dollars": "dollar", "dollar": "dollar", "€": "euro", "eur": "euro", "euro": "euro", "euros": "euro", "£": "pound",
    "km": "kilometre", "kilometers": "kilometre", "kilometres": "kilometre", "kilometer": "kilometre", "mi": "mile",
    "miles": "mile", "m": "metre", "meters": "metre", "metres": "metre", "ft": "foot", "feet": "foot", "kg": "kilogram",
    "kilograms": "kilogram", "lb": "pounds", "days": "day", "day": "day", "tage": "day", "tagen": "day",
    "weeks": "week", "week": "week", "wochen": "week", "months": "month", "month": "month", "monate": "month",
    "monaten": "month", "years": "year", "year": "year", "jahre": "year", "jahren": "year", "hours": "hour",
    "hour": "hour", "stunden": "hour", "minutes": "minute", "minuten": "minute", "seconds": "second", "°c": "celsius",
    "°f": "fahrenheit",
}  # fmt: skip
_NEGATION = re.compile(
    r"\b(?:not|no|never|none|nobody|nothing|neither|nor|without|cannot|\w+n['’]t|nicht|kein\w*|nie|niemals|ohne|"
    r"jamais|sans|aucune?|ne|nunca|ning[uú]n\w*|sin|non|mai|senza|nessun\w*|não|sem|nenhum\w*|niet|geen|nooit|zonder)\b"
    r"|[不没未无非]",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Number:
    """`readings`: every way to read it ("1.234" is 1234 or 1.234); `unit` is empty when none is known."""

    written: str
    readings: frozenset[str]
    unit: str


@dataclass(frozen=True, slots=True)
class Facts:
    """`names` are the words of capitalised names; `month_words` are months, "1" to "12", as they are written."""

    numbers: tuple[Number, ...]
    month_words: tuple[tuple[str, str], ...]
    names: tuple[str, ...]
    negated: bool

    @property
    def months(self) -> frozenset[str]:
        return frozenset(month for month, _ in self.month_words)


def facts_of(sentence: str, *, nouns_are_capital: bool = False) -> Facts:
    """`nouns_are_capital`: in German only runs of two or more capitalised words count as names."""
    return Facts(
        numbers=tuple(_numbers(sentence)),
        month_words=tuple(dict(_months(sentence)).items()),
        names=tuple(dict.fromkeys(_names(sentence, nouns_are_capital))),
        negated=bool(_NEGATION.search(sentence)),
    )


def negation_in(sentence: str) -> str:
    """The word that denies, if there is one."""
    found = _NEGATION.search(sentence)
    return found.group() if found else ""


def ungrouped(text: str) -> str:
    """The text with the digits of each number together, so that it is one term however it is written."""
    return _GROUPED.sub(lambda match: re.sub(r"\D", "", match.group()), text)


def same_number(claimed: Number, found: Number) -> bool:
    """Whether some reading is shared and the units, where both are known, don't differ."""
    if not claimed.readings & found.readings:
        return False
    return not claimed.unit or not found.unit or claimed.unit == found.unit


def holds_number(claimed: Number, numbers: Sequence[Number]) -> bool:
    """Whether one of the source's numbers is the claimed one.

    A bare number stands for one with a unit only while none beside it has that unit: "16 %" is not in "the 12 %
    heavier oxygen-18, not oxygen-16", but it is in a table whose header alone has the sign.
    """
    same = [found for found in numbers if same_number(claimed, found)]
    if not claimed.unit or any(found.unit for found in same):
        return bool(same)
    return bool(same) and not any(found.unit == claimed.unit for found in numbers)


def _numbers(sentence: str) -> list[Number]:
    found: list[Number] = []
    for match in _NUMBER.finditer(sentence):
        scale, unit = _scale_and_unit(sentence, match.start(), match.end())
        found.append(Number(match.group(), frozenset(_readings(match.group(), scale)), unit))
    for match in _WORD.finditer(sentence):
        value = _NUMBER_WORDS.get(match.group().lower().rstrip("."))
        # "one" and "first" are rarely counted with
        if value and value != "1":
            scale, unit = _scale_and_unit(sentence, match.start(), match.end())
            found.append(Number(match.group(), frozenset(_readings(value, scale)), unit))
    return found


def _scale_and_unit(sentence: str, start: int, end: int) -> tuple[int, str]:
    words = re.findall(r"[%€$£]|°[CF]|[^\W\d_]+", sentence[end : end + 40])
    scale = _SCALES.get(words[0].lower(), 1) if words and sentence[end : end + 1] != "." else 1
    after = words[1 if scale != 1 else 0 :]
    unit = _UNITS.get(after[0].lower(), "") if after else ""
    before = sentence[:start].rstrip()[-1:]
    return scale, _UNITS.get(before, unit) if before in "$€£" and before else unit


def _readings(written: str, scale: int) -> list[str]:
    fraction = _FRACTIONS.get(written[-1], 0.0)
    digits = re.sub(r"['’\u00a0\u202f½¼¾]", "", written) or "0"
    values = {digits.replace(",", ""), digits.replace(".", "").replace(",", "."), digits.replace(",", ".")}
    readings = {_plain(float(value) + fraction) for value in values if value.count(".") <= 1 and value != "."}
    return [*readings, *(_plain(float(value) * scale) for value in readings)]


def _plain(value: float) -> str:
    return f"{value:.6f}".rstrip("0").rstrip(".")


def _months(sentence: str) -> list[tuple[str, str]]:
    named = [
        (_MONTH_NUMBERS[word.lower().rstrip(".")], word.rstrip("."))
        for word in _WORD.findall(sentence)
        if word[0].isupper() and word.lower().rstrip(".") in _MONTH_NUMBERS
    ]
    return named + [(str(int(match.group(2))), match.group()) for match in _ISO_DATE.finditer(sentence)]


def _names(sentence: str, nouns_are_capital: bool) -> list[str]:
    names: list[str] = []
    run: list[str] = []
    last_end = 0
    for match in _WORD.finditer(sentence):
        word, gap = match.group().rstrip("."), sentence[last_end : match.start()]
        if not word[0].isupper() or gap.strip(" .&’'-"):
            names += _names_of_run(run, nouns_are_capital)
            run = []
        if word[0].isupper():
            run.append(("^" if _opens(sentence[: match.start()]) else "") + word)
        last_end = match.end()
    return names + _names_of_run(run, nouns_are_capital)


def _opens(before: str) -> bool:
    return not before.strip() or before.rstrip()[-1] in '.!?:"“„([-*•'


def _names_of_run(run: list[str], nouns_are_capital: bool) -> list[str]:
    """A word that opens the sentence is a name only when another capital follows and it is no function word."""
    if run and run[0].startswith("^") and (len(run) == 1 or run[0][1:].lower() in OPENING_WORDS):
        run = run[1:]
    if nouns_are_capital and len(run) < 2 and not any(word.isupper() for word in run):
        return []
    words = [word.lstrip("^") for word in run]
    return [word for word in words if word.lower() not in _MONTH_NUMBERS and word.lower() not in OPENING_WORDS]


def folded(word: str) -> tuple[str, ...]:
    """A name's words as the index sees them: lower case, without accents, stemmed."""
    plain = unicodedata.normalize("NFKC", word).replace("’", "'").removesuffix("'s").removesuffix("'")
    return tuple(analyse(plain))
