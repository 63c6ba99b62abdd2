"""Words that moved are found again: as they are, nearest first, or those most like them; never others."""

import random
import time

from desktop.domain.documents import PageSpan
from desktop.reading.moved_words import Place, find_near_words, find_words, page_of, same_words

QUOTE = "Either party may terminate this Lease on three months' written notice to the other."


def noise(words: int, seed: int = 1) -> str:
    chance = random.Random(seed)
    vocabulary = [f"{a}{b}" for a in ("rent", "house", "cat", "may", "notice") for b in ("", "ed", "s", "ing")]
    return " ".join(chance.choice(vocabulary) for _ in range(words))


def test_the_words_at_their_place() -> None:
    assert same_words("xx two  months\nlate yy", 3, 19, "two months late")
    assert not same_words("xx two months", 3, 6, "one")
    assert not same_words("text", 0, 0, "")


def test_the_words_elsewhere_nearest_first() -> None:
    assert find_words("xx two  months\nlate yy", "two months late") == Place(3, 19)
    assert find_words("two. two. two.", "two", near=6) == Place(5, 8)
    assert find_words("nothing", "two") is None
    assert find_words("text", " ") is None


def test_near_words_are_found_among_many() -> None:
    changed = "Either side may terminate the Lease on four months' written notice to the other party."
    text = f"{noise(5000)}. {changed} {noise(5000, 2)}"
    place = find_near_words(text, QUOTE)
    assert place is not None
    found = text[place.start : place.end]
    assert found.startswith("Either") and "four months' written notice to the other" in found
    assert len(found) <= len(changed)


def test_the_nearer_of_two_that_are_alike() -> None:
    changed = QUOTE.replace("three", "six")
    text = f"{changed} {noise(2000)} {changed}"
    place = find_near_words(text, QUOTE, near=len(text))
    assert place is not None and place.start > 2000


def test_another_sentence_is_not_near() -> None:
    assert find_near_words(noise(5000), QUOTE) is None
    assert find_near_words("The lease says nothing of the sort to either party.", QUOTE) is None
    assert find_near_words(QUOTE, "may on") is None, "two words say too little"


def test_a_long_hostile_text_takes_no_longer_than_it_may() -> None:
    words = "notice the of to a in and party lease month"
    text = f"{words} " * 200_000
    begun = time.monotonic()
    find_near_words(text, " ".join(words.split()[::-1] * 40), seconds=1.0)
    assert time.monotonic() - begun < 20  # a bound against running away; the time itself is measured by a benchmark


def test_pages() -> None:
    pages = (PageSpan(1, 0, 10), PageSpan(2, 10, 20))
    assert (page_of(pages, 10), page_of(pages, 25)) == (2, None)
