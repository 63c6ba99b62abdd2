"""When a question leans on the ones before it."""

import pytest

from desktop.answering.leaning import LONGEST, leans_back

BEFORE = (("How long is the notice period of the lease?", "It is three months."),)


@pytest.mark.parametrize(
    "question",
    [
        "And for the landlord?",
        "Why?",
        "Who signed it?",
        "What about pets?",
        "Which one is cheaper?",
        "How high is the deposit?",
        "What is her phone number?",
        "In which year did Mr Lee do that?",
        "Which winner of the first prize in economics studied there?",
        "Und wann endet er?",
        "Wie hoch ist die Kaution?",
        "它什么时候结束？",
    ],
)
def test_leaning_questions(question: str) -> None:
    assert leans_back(question, BEFORE)
    assert not leans_back(question, ())


@pytest.mark.parametrize(
    "question",
    [
        "What colour are the walls of the kitchen in Rome?",
        "Who founded Oracle?",
        "How did Tesla finance his work?",
        "Which king drove the weavers out of France, and when did he do it?",
        "Is there a fee for late invoices of companies?",
        "What is the name of the drug that blocks T cells?",
        "Wie lange gilt die Gewährleistung für das Gerät im Keller?",
        "Gibt es einen Rabatt für große Bestellungen?",
        "Welche Unterlagen brauchen Sie für den Antrag?",
        "厨房的墙壁是什么颜色的呢？",
    ],
)
def test_questions_that_stand_alone(question: str) -> None:
    assert not leans_back(question, BEFORE)


def test_who_writes_much_says_what_it_is_about() -> None:
    assert not leans_back("And it was said that " + "the walls are green and " * (LONGEST // 20), BEFORE)
