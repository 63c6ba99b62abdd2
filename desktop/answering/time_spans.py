"""Times as people write them after an @ (`last-month`, `2024-03`, `after:2023`): from when until when. Local time."""

import re
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

_Span = tuple[datetime, datetime]


def _day(now: datetime, back: int) -> _Span:
    start = now.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=back)
    return start, start + timedelta(days=1)


def _week(now: datetime, back: int) -> _Span:
    start = _day(now, now.weekday() + 7 * back)[0]
    return start, start + timedelta(days=7)


def _month(now: datetime, back: int) -> _Span:
    return _from_month(now.year * 12 + now.month - 1 - back)


def _from_month(number: int) -> _Span:
    return datetime(number // 12, number % 12 + 1, 1), datetime((number + 1) // 12, (number + 1) % 12 + 1, 1)


def _year(now: datetime, back: int) -> _Span:
    return datetime(now.year - back, 1, 1), datetime(now.year - back + 1, 1, 1)


_SPANS: Mapping[str, Callable[[datetime], _Span]] = {
    "today": lambda now: _day(now, 0),
    "yesterday": lambda now: _day(now, 1),
    "this-week": lambda now: _week(now, 0),
    "last-week": lambda now: _week(now, 1),
    "this-month": lambda now: _month(now, 0),
    "last-month": lambda now: _month(now, 1),
    "this-year": lambda now: _year(now, 0),
    "last-year": lambda now: _year(now, 1),
}
SPAN_NAMES = tuple(_SPANS)
_DATE = re.compile(
    r"(?P<side>(?:after|since|before):)?(?P<year>(?:19|20)\d\d)(?:-(?P<month>\d\d?)(?:-(?P<day>\d\d?))?)?"
)


def span_of(name: str, now: datetime) -> tuple[float | None, float | None] | None:
    """[from, until) in seconds since the epoch, None where it is open; None when it is no time at all."""
    word = re.sub(r"[\s_]+", "-", name.strip().casefold())
    if word in _SPANS:
        start, end = _SPANS[word](now.replace(tzinfo=None))
        return start.timestamp(), end.timestamp()
    date = _DATE.fullmatch(word)
    if date is None:
        return None
    try:
        start, end = _dated(int(date["year"]), date["month"], date["day"])
    except ValueError:  # the thirty-first of June
        return None
    side = date["side"] or ""
    if side == "before:":
        return None, start.timestamp()
    return (end if side == "after:" else start).timestamp(), None if side else end.timestamp()


def _dated(year: int, month: str | None, day: str | None) -> _Span:
    if month is None:
        return datetime(year, 1, 1), datetime(year + 1, 1, 1)
    if day is None:
        if not 1 <= int(month) <= 12:
            raise ValueError(month)
        return _from_month(year * 12 + int(month) - 1)
    return _day(datetime(year, int(month), int(day)), 0)
