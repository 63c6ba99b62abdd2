"""Which patterns of a JSON Schema can be matched in a moment whatever the text: regular expressions from strangers may
take for ever, and nothing could stop one. Matches nothing itself.
"""

import re

LONGEST = 200
_MOST_REPEATS = 64
_MOST_WAYS = 64
# a character, an escaped one, a kind of them, or a set of them; then how often
_PART = re.compile(
    r"(?:[^\\\[\]{}()*+?|^$]|\\[dws.\-+*?/\\()\[\]{}|^$]|\[\^?(?:[^\\\[\]]|\\[dws.\-\\\]\[^])+\])"
    r"(?P<times>[*+?]|\{\d{1,3}(?:,\d{0,3})?\})?"
)


def is_simple(pattern: str) -> bool:
    """Begins with ^, has no groups and no choices, and repeats without end at one place at most."""
    if not pattern.startswith("^") or len(pattern) > LONGEST:
        return False
    end = len(pattern) - pattern.endswith("$")
    at, endless, ways = 1, 0, 1
    while at < end:
        part = _PART.match(pattern, at, end)
        if part is None:
            return False
        at = part.end()
        least, most = _times(part["times"] or "{1}")
        if least > _MOST_REPEATS or (most is not None and not least <= most <= _MOST_REPEATS):
            return False
        endless += most is None
        # each number of times that it may be taken is another way to go on
        ways *= 1 if most is None else most - least + 1
    return endless <= 1 and ways <= _MOST_WAYS


def _times(text: str) -> tuple[int, int | None]:
    """(least, most), most None for without end."""
    signs: dict[str, tuple[int, int | None]] = {"*": (0, None), "+": (1, None), "?": (0, 1)}
    if text in signs:
        return signs[text]
    least, comma, most = text[1:-1].partition(",")
    return int(least), (int(most) if most else None) if comma else int(least)
