"""Of a source sentence an answer shows the clauses that carry it, and never fewer."""

import pytest

from desktop.answering.evidence import Evidence
from desktop.answering.footnoting import checked_answer
from desktop.answering.interfaces import Place
from desktop.domain.answers import FoundPassage

ALUMNI = (
    "In business, notable alumni include Microsoft CEO Satya Nadella, Oracle Corporation founder and the third richest "
    "man in America Larry Ellison, and Goldman Sachs CEO as well as former Governor of New Jersey Jon Corzine."
)
RENT = "The monthly rent is 950 euros and is due on the first day of the month; pets must live outside the flat."
DRY = (
    "In 2005, parts of the basin had the worst drought in one hundred years, and in 2010 another one, far worse, came."
)


def quotes(answer: str, *sources: str, question: str = "") -> list[str]:
    passages = [
        FoundPassage(number, number, f"/files/{number}.txt", 100, 100 + len(text), None, text, 1.0, "")
        for number, text in enumerate(sources, start=1)
    ]
    checked = checked_answer(answer, Evidence(passages, question), lambda *_: Place("", None, ""))
    for link in checked.footnotes:
        assert sources[link.file_id - 1][link.start - 100 : link.end - 100] == link.quote
    return [link.quote for link in checked.footnotes]


@pytest.mark.parametrize(
    ("answer", "source", "question", "shown"),
    [
        (
            "Larry Ellison is the founder of the Oracle Corporation.",
            ALUMNI,
            "Who was the founder of the Oracle Corporation?",
            "Oracle Corporation founder and the third richest man in America Larry Ellison",
        ),
        ("The monthly rent is 950 euros.", RENT, "What is the rent?", "The monthly rent is 950 euros"),
        ("Pets must live outside the flat.", RENT, "", "pets must live outside the flat."),
        ("The drought of 2005 was the worst in one hundred years.", DRY, "", DRY.partition(", and")[0]),
        # what was asked for belongs to it: "950" alone says nothing
        ("950 euros.", RENT, "How much is the monthly rent?", "The monthly rent is 950 euros"),
        # Chinese has no spaces
        (
            "该公司于一九九八年在柏林成立。",
            "该公司于一九九八年在柏林成立，后来它的总部迁往巴黎，并且增加了许多员工。",
            "",
            "该公司于一九九八年在柏林成立",
        ),
    ],
)
def test_clauses_that_carry_it(answer: str, source: str, question: str, shown: str) -> None:
    assert quotes(answer, source, question=question) == [shown]


@pytest.mark.parametrize(
    "source",
    [
        "The landlord may end the lease within three months, if the rent was not paid, by a written notice to both.",
        "The landlord may end the lease within three months, unless the tenant has paid the rent by a written order.",
        "The tenants allegedly said, over and over again, that the landlord may end the lease within three months.",
        "Nobody in this house has ever agreed, as was said, that the landlord may not end the lease in three months.",
    ],
)
def test_what_limits_a_clause_stays_with_it(source: str) -> None:
    limiting = next(word for word in ("if", "unless", "allegedly", "Nobody") if word in source.split())
    (shown,) = quotes("The landlord may end the lease within three months.", source)
    assert limiting in shown.split()


def test_brackets_and_quotation_marks_stay_whole() -> None:
    source = (
        'The forest shrank to 587,000 hectares (from 620,000, some say, in 1991) and the paper called it "sad, but so".'
    )
    (shown,) = quotes("The forest shrank from 620,000 hectares in 1991.", source)
    assert shown == "The forest shrank to 587,000 hectares (from 620,000, some say, in 1991)"


def test_words_of_another_passage_are_no_second_footnote_for_one_word() -> None:
    carried = "In the 20th century, the development of quantum mechanics led to a modern understanding of forces."
    strange = "There are exquisite objects from the Tang dynasty and earlier periods."
    shown = quotes("The development of quantum mechanics began in the early 20th century.", carried, strange)
    assert len(shown) == 1
    assert "quantum mechanics" in shown[0]


def test_a_name_that_only_another_passage_has_is_a_second_footnote() -> None:
    rule = "A written notice of three months ends the lease of the flat."
    who = "The tenant of the flat is Ada Lovelace, a teacher from Leeds who plays the violin."
    shown = quotes("Ada Lovelace, tenant of the flat, ends the lease by a written notice of three months.", rule, who)
    assert shown == [rule, "The tenant of the flat is Ada Lovelace"]


def test_sentences_within_the_same_words_share_a_footnote() -> None:
    source = "Ada Lovelace paid 950 euros for the flat in Leeds on 5 March 2024 by cheque, as the agent had told her."
    answer = (
        "Ada Lovelace paid 950 euros for the flat in Leeds on 5 March 2024. She paid for the flat in Leeds by cheque."
    )
    assert len(quotes(answer, source)) == 1
