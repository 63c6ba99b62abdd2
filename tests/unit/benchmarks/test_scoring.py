"""What is added to the scorer: halves, the budget of characters, the order of one who knows the answers."""

import pytest

from tests.benchmarks.finding.oracle import best_order
from tests.benchmarks.finding.promises import broken_by_peers, broken_by_set, compared
from tests.benchmarks.finding.scoring import GOLD, METRICS, Outcome, Row, first_characters, half_of


def row(qid: str, **metrics: float) -> Row:
    return {"qid": qid, **dict.fromkeys(METRICS, 1.0), **metrics}


def outcome(system: str, *values: float, length: int = 500) -> Outcome:
    rows = [row(str(n), **{"ndcg@10": value, GOLD: value}) for n, value in enumerate(values)]
    return Outcome("some set", system, rows, [length], [1.0])


def test_a_question_is_always_in_the_same_half_and_the_halves_are_about_equal() -> None:
    qids = [str(n) for n in range(1_000)]
    halves = [half_of(qid) for qid in qids]
    assert halves == [half_of(qid) for qid in qids]
    assert 450 < halves.count("tuning") < 550
    both = Outcome("s", "both", [row(qid) for qid in qids], [], [])
    assert len(both.of_half("tuning")) + len(both.of_half("judging")) == len(both.of_half("all")) == 1_000


def test_the_budget_ends_inside_a_passage_and_what_has_no_place_costs_nothing() -> None:
    spans = [("a", 100, 700), ("a", None, None), ("b", 0, 600), ("b", 600, 900)]
    assert list(first_characters(spans, 1_000)) == [("a", 100, 700), ("b", 0, 400)]
    assert list(first_characters(spans, 10_000)) == [spans[0], *spans[2:]]


def test_the_best_order_takes_first_what_adds_most() -> None:
    worth = [{1}, {1, 2, 3}, {4, 5}, set[int](), {2, 3}]

    def gain(chosen: object) -> float:
        assert isinstance(chosen, list)
        return float(len(set[int]().union(*(worth[i] for i in chosen))))

    assert best_order(5, gain, 3) == [1, 2, 0]
    assert best_order(5, gain, 9) == [1, 2, 0, 4, 3]


def test_a_peer_that_is_ahead_breaks_the_promise() -> None:
    ours, worse, better = outcome("both", *[0.5] * 40), outcome("w", *[0.4] * 40), outcome("b", *[0.6] * 40)
    assert list(broken_by_peers(compared(ours, worse))) == []
    told = list(broken_by_peers(compared(ours, better)))
    assert len(told) == 2
    assert all("0.500 against 0.600 of b: behind" in sentence for sentence in told)


@pytest.mark.parametrize(
    ("both", "length", "broken"),
    [(0.796, 500, 0), (0.79, 500, 2), (0.8, 901, 1)],
    ids=["nearly the better leg", "behind the better leg", "too long"],
)
def test_both_legs_are_held_against_the_better_one(both: float, length: int, broken: int) -> None:
    legs = [outcome("keywords", 0.8), outcome("vectors", 0.3), outcome("both", both, length=length)]
    assert len(list(broken_by_set(legs))) == broken
