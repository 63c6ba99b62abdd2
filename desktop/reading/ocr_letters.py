"""Which letters text recognition may give, by the choice in the settings. Knows no network."""

from collections.abc import Callable, Mapping

ALL, LATIN = "all", "latin"
# the first sign that is Chinese, Japanese or Korean; before it stand all alphabets, digits and marks
FIRST_EASTERN = "\u2e80"
CHOICES: Mapping[str, str] = {ALL: "Latin letters, Chinese and Japanese", LATIN: "Latin letters alone"}


def may_come_out(choice: str) -> Callable[[str], bool] | None:
    """Whether a letter is among the chosen; None: every letter is."""
    if choice == ALL:
        return None
    return lambda letter: letter < FIRST_EASTERN
