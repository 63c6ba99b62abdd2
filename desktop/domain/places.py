"""Where words stand in a file, exactly and in words: "Sheet ‘Q3’, B2:F9", "slide 4", "00:12:30", "cell 7".

Every stretch of a text has one place at most; stretches are in order and never overlap.
"""

import itertools
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class PlaceUnit(StrEnum):
    """What is counted: pages, slides, cells of a sheet (A1), rows, cells of a notebook, times (0:00:00), mails.

    WHOLE: a file inside the file, or a part of a mail, that has no such units.
    """

    PAGE = "page"
    SLIDE = "slide"
    SHEET = "sheet"
    ROW = "row"
    CELL = "cell"
    TIME = "time"
    MESSAGE = "message"
    WHOLE = "whole"


@dataclass(frozen=True, slots=True)
class At:
    """From `first` to `last`, both included. `name` is the sheet's.

    `inside` names the file inside the file, or the part of a mail.
    """

    unit: PlaceUnit
    first: str = ""
    last: str = ""
    name: str = ""
    inside: str = ""


@dataclass(frozen=True, slots=True)
class PlaceSpan:
    """The stretch [start, end) of the text stands there."""

    start: int
    end: int
    at: At


def places_between(places: Sequence[PlaceSpan], start: int, end: int) -> tuple[PlaceSpan, ...]:
    """Those that have anything in common with text[start:end]."""
    return tuple(place for place in places if place.end > start and place.start < end)


def joined(places: Sequence[PlaceSpan]) -> tuple[PlaceSpan, ...]:
    """The same with neighbours of one kind made one: rows 3 and 4 become rows 3 to 4."""
    groups = itertools.groupby(places, key=lambda place: (place.at.unit, place.at.name, place.at.inside))
    return tuple(_one(list(group)) for _, group in groups)


def _one(group: list[PlaceSpan]) -> PlaceSpan:
    first, last = group[0], group[-1]
    at = At(first.at.unit, first.at.first, last.at.last, first.at.name, first.at.inside)
    return PlaceSpan(first.start, last.end, at)


def page_of(places: Sequence[PlaceSpan]) -> int | None:
    """The first page or slide of the file itself."""
    for place in places:
        if place.at.unit in (PlaceUnit.PAGE, PlaceUnit.SLIDE) and not place.at.inside:
            return int(place.at.first)
    return None


def place_words(places: Sequence[PlaceSpan]) -> str:
    """For people. Pages of the file itself are left out: a page number says that."""
    told = [at for at in (place.at for place in joined(places)) if at.inside or at.unit is not PlaceUnit.PAGE]
    return "; ".join(dict.fromkeys(", ".join(_parts(at)) for at in told))


def _parts(at: At) -> Iterator[str]:
    if at.inside:
        yield at.inside
    if at.unit is not PlaceUnit.WHOLE:
        yield _WORDS[at.unit](at)


def _counted(at: At) -> str:
    return f"{at.unit} {at.first}" if at.first == at.last else f"{at.unit}s {at.first}–{at.last}"


def _cells(at: At) -> str:
    return f"Sheet ‘{at.name}’, {at.first}:{at.last}"


def _times(at: At) -> str:
    return at.first if at.first == at.last else f"{at.first}–{at.last}"


_WORDS: Mapping[PlaceUnit, Callable[[At], str]] = {
    **dict.fromkeys(PlaceUnit, _counted),
    PlaceUnit.SHEET: _cells,
    PlaceUnit.TIME: _times,
}


def as_lists(places: Sequence[PlaceSpan]) -> list[list[int | str]]:
    """Their form as JSON."""
    return [[p.start, p.end, p.at.unit.value, p.at.first, p.at.last, p.at.name, p.at.inside] for p in places]


def of_lists(value: Iterable[Sequence[Any]]) -> tuple[PlaceSpan, ...]:
    """Raises ValueError or TypeError when that is not what it is."""
    return tuple(_of_list(*item) for item in value)


def _of_list(start: int, end: int, unit: str, *words: Any) -> PlaceSpan:
    first, last, name, inside = words
    if not all(isinstance(word, str) for word in words):
        raise TypeError("a place of the wrong type")
    if unit in (PlaceUnit.PAGE, PlaceUnit.SLIDE) and not first.isdecimal():
        raise ValueError("a page without a number")
    return PlaceSpan(int(start), int(end), At(PlaceUnit(unit), first, last, name, inside))


def json_of(places: Sequence[PlaceSpan]) -> str:
    """Empty when there are none."""
    return json.dumps(as_lists(places), ensure_ascii=False, separators=(",", ":")) if places else ""


def of_json(text: str) -> tuple[PlaceSpan, ...]:
    return of_lists(json.loads(text)) if text else ()
