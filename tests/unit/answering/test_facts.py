"""Numbers, months, names and negation as they are read from a sentence."""

import pytest

from desktop.answering.facts import facts_of, same_number


@pytest.mark.parametrize(
    ("claimed", "found", "same"),
    [
        ("1,200 people", "1200 people", True),
        ("1.200 Menschen", "1200 Menschen", True),
        ("three months", "3 months", True),
        ("5 million", "5,000,000", True),
        ("6½ sacks", "6.5 sacks", True),
        ("30 days", "30 weeks", False),
        ("12 %", "12 percent", True),
        ("$5", "€5", False),
        ("1984", "1985", False),
    ],
)
def test_numbers_agree_or_not(claimed: str, found: str, same: bool) -> None:
    left, right = facts_of(claimed).numbers[0], facts_of(found).numbers[0]
    assert same_number(left, right) is same


def test_dates_are_the_same_in_words_and_in_iso() -> None:
    words, iso = facts_of("It began on March 5, 2024."), facts_of("begin: 2024-03-05")
    assert words.months == iso.months == {"3"}


def test_names_are_capitals_inside_a_sentence() -> None:
    assert facts_of("The lease was signed by Ada Lovelace in London.").names == ("Ada", "Lovelace", "London")
    assert facts_of("Tenants may leave.").names == ()


def test_german_nouns_are_no_names() -> None:
    assert facts_of("Der Vertrag wurde von Ada Lovelace gekündigt.", nouns_are_capital=True).names == (
        "Ada",
        "Lovelace",
    )


@pytest.mark.parametrize("text", ["It is not so.", "Das gilt nicht.", "Keine Haustiere.", "没有人", "They didn't pay."])
def test_negation(text: str) -> None:
    assert facts_of(text).negated


def test_odd_digits_raise_nothing() -> None:
    for text in ("1.2.3.4", "1,2.3,4", "½", "٣٤", "1'000'000.50", "²", "①"):
        facts_of(text)


def test_everyday_words_are_no_numbers() -> None:
    assert facts_of("The rent is due once a month.").numbers == ()
