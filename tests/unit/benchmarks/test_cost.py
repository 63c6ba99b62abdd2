"""What is made of times: ratios of medians, and promises that can be broken."""

from tests.benchmarks.answering.cases import Case
from tests.benchmarks.answering.cost import Round, Timed, broken_promises, figures, question_pairs


def one_round(ours: float, bare: float, follow_up: float = 0.2, our_rate: float = 30.0) -> Round:
    return Round(Timed(ours, 1.0, 20), Timed(bare, 1.0, 20), Timed(follow_up, 1.0, 20), our_rate, 30.0)


def test_ratios_are_those_of_medians() -> None:
    found = figures([one_round(2.0, 2.0), one_round(9.0, 2.0), one_round(2.1, 2.0)])
    assert found["first word, times bare"] == 2.1 / 2.0
    assert not broken_promises(found)


def test_each_promise_can_be_broken() -> None:
    assert len(broken_promises(figures([one_round(2.5, 2.0)]))) == 1
    assert len(broken_promises(figures([one_round(2.0, 2.0, our_rate=20.0)]))) == 1
    assert len(broken_promises(figures([one_round(2.0, 2.0, follow_up=1.0)]))) == 1


def test_pairs_ask_twice_about_one_paragraph_of_each_article() -> None:
    def case(qid: str, document: str, start: int) -> Case:
        return Case(qid, "?", ("yes",), document, start, start + 10)

    cases = [case("a", "x", 0), case("b", "x", 50), case("c", "x", 0), case("d", "y", 0), case("e", "y", 0)]
    assert [(one.qid, two.qid) for one, two in question_pairs(cases, 5)] == [("a", "c"), ("d", "e")]
