"""A sentence against sources: which words carry it, and what must not pass."""

import json
from pathlib import Path

import pytest

from desktop.answering.checking import check
from desktop.answering.evidence import Evidence
from desktop.domain.answers import FoundPassage, Support

LEASE = (
    "Either party may terminate this lease with three months' written notice. "
    "The monthly rent is 950 euros and is due on the first day of the month. "
    "Pets are not allowed in the flat. The lease was signed by Ada Lovelace on March 5, 2024."
)
CLAIMS = Path(__file__).resolve().parents[4] / "shared" / "eval" / "wice" / "claims.jsonl"


def evidence(text: str, question: str = "", start: int = 100) -> Evidence:
    passage = FoundPassage(1, 1, "/files/lease.txt", start, start + len(text), None, text, 1.0, "")
    return Evidence([passage], question)


@pytest.mark.parametrize(
    ("sentence", "support"),
    [
        ("Either party may end the lease with three months' written notice.", Support.SUPPORTED),
        ("Either party may terminate the lease with 3 months' notice.", Support.SUPPORTED),
        ("Either party may terminate the lease with four months' notice.", Support.UNSUPPORTED),
        ("The monthly rent is 950 euros.", Support.SUPPORTED),
        ("The monthly rent is 950 dollars.", Support.UNSUPPORTED),
        ("Pets are not allowed in the flat.", Support.SUPPORTED),
        ("Pets are allowed in the flat.", Support.PARTLY),
        ("The lease was signed by Ada Lovelace on 5 March 2024.", Support.SUPPORTED),
        ("The lease was signed by Ada Lovelace on 5 April 2024.", Support.UNSUPPORTED),
        ("The lease was signed by Grace Hopper on March 5, 2024.", Support.UNSUPPORTED),
        ("The deposit is returned within a week.", Support.UNSUPPORTED),
        ("Here is what I found:", Support.NONE),
        ("Would you like to know more?", Support.NONE),
        ("—", Support.NONE),
    ],
)
def test_support(sentence: str, support: Support) -> None:
    assert check(sentence, evidence(LEASE)).support is support


def test_the_smallest_run_of_words_is_found() -> None:
    (unit,) = check("The monthly rent is 950 euros.", evidence(LEASE)).units
    assert unit.text == "The monthly rent is 950 euros and is due on the first day of the month."
    assert LEASE[unit.start - 100 : unit.end - 100] == unit.text


def test_a_sentence_may_rest_on_two() -> None:
    checked = check("The rent is 950 euros and the notice is three months.", evidence(LEASE))
    assert len(checked.units) == 2


def test_a_fact_of_the_question_alone_carries_partly_at_most() -> None:
    checked = check("Grace Hopper pays a monthly rent of 950 euros.", evidence(LEASE, "What does Grace Hopper pay?"))
    assert checked.support is not Support.SUPPORTED


def test_german_and_chinese() -> None:
    german = evidence("Die Kündigungsfrist beträgt drei Monate zum Ende des Quartals.", "Wie lang ist die Frist?")
    assert check("Die Kündigungsfrist beträgt 3 Monate.", german).support is Support.SUPPORTED
    chinese = evidence("租金每月为950欧元。押金为两个月租金。", "租金是多少？")
    assert check("租金每月为950欧元。", chinese).support is Support.SUPPORTED
    assert check("租金每月为850欧元。", chinese).support is Support.UNSUPPORTED


def test_a_huge_line_is_checked() -> None:
    assert check("The monthly rent is 950 euros.", evidence("x" * 20_000 + " " + LEASE)).units


@pytest.mark.slow
def test_claims_that_others_labelled() -> None:
    if not CLAIMS.exists():
        pytest.skip("the shared claims are not on this machine")
    rows = [json.loads(line) for line in CLAIMS.read_text(encoding="utf-8").splitlines()][::4]
    scores = [
        (check(row["claim"], evidence("\n\n".join(row["evidence"]))).score, row["label"] == "supported") for row in rows
    ]
    supported, others = [s for s, good in scores if good], [s for s, good in scores if not good]
    wins = sum((one > other) + 0.5 * (one == other) for one in supported for other in others)
    assert wins / (len(supported) * len(others)) >= 0.72


def test_a_number_of_something_else_is_only_partly_support() -> None:
    words = "The premises are Unit 4 at Harrow Mill. The rent is 2,150 pounds a calendar month, due on the first day."
    asked = evidence(words, "What is the deposit for Unit 4?")
    assert check("The deposit for Unit 4, Harrow Mill is 2,150 pounds.", asked).support is not Support.SUPPORTED
    assert check("The rent for Unit 4, Harrow Mill is 2,150 pounds a month.", asked).support is Support.SUPPORTED


def test_a_bare_number_is_no_percentage_beside_another_one() -> None:
    words = "Seawater molecules with the lighter isotope oxygen-16 evaporate faster than the 12% heavier oxygen-18."
    asked = evidence(words, "How much heavier is oxygen-18 than oxygen-16?")
    assert check("Oxygen-18 is 16% heavier than oxygen-16.", asked).support is not Support.SUPPORTED
    assert check("Oxygen-18 is 12% heavier than oxygen-16.", asked).support is Support.SUPPORTED


@pytest.mark.parametrize(
    ("sentence", "question", "missing"),
    [
        ("The lease was signed by Ada Lovelace on 5 April 2024.", "What was signed in April?", ("April",)),
        ("The monthly rent is not 950 euros and due on the first day of the month.", "", ("not",)),
        (
            "The lease was cheerfully signed by Ada Lovelace in the presence of witnesses.",
            "",
            ("cheerfully", "presence", "witnesses"),
        ),
        ("The monthly rent is 950 euros.", "", ()),
    ],
)
def test_what_a_partly_supported_sentence_lacks(sentence: str, question: str, missing: tuple[str, ...]) -> None:
    checked = check(sentence, evidence(LEASE, question))
    assert checked.support is (Support.PARTLY if missing else Support.SUPPORTED)
    assert checked.missing == missing


def test_meaning_decides_between_sentences_with_the_same_words() -> None:
    words = "The lamp in the hall is old. The lamp in the shed is old."
    passage = FoundPassage(1, 1, "/files/a.txt", 0, len(words), None, words, 1.0, "")
    second = Evidence([passage], "", lambda _, others: [float("shed" in other) for other in others])
    first = Evidence([passage], "", lambda _, others: [float("hall" in other) for other in others])
    assert "shed" in check("The lamp is old.", second).units[0].text
    assert "hall" in check("The lamp is old.", first).units[0].text
